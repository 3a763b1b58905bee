import { decode_class_map } from "./png.ts";

// Decodes off the main thread, so that a burst of pictures never makes a click wait.
export type Job =
  | { id: number; kind: "picture"; bytes: Uint8Array<ArrayBuffer> }
  | { id: number; kind: "map"; bytes: Uint8Array<ArrayBuffer> };

export type Answer =
  | { id: number; picture: ImageBitmap }
  | { id: number; map: { width: number; height: number; indices: Uint8Array<ArrayBuffer> } }
  | { id: number; error: string };

const post = (answer: Answer, transfer: Transferable[]) =>
  (self as unknown as Worker).postMessage(answer, transfer);

async function decode(job: Job): Promise<void> {
  try {
    if (job.kind === "map") {
      const map = await decode_class_map(job.bytes);
      post({ id: job.id, map }, [map.indices.buffer]);
      return;
    }
    const blob = new Blob([job.bytes], { type: "image/jpeg" });
    const picture = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    post({ id: job.id, picture }, [picture]);
  } catch (error) {
    post({ id: job.id, error: String(error) }, []);
  }
}

self.onmessage = (event: MessageEvent<Job>) => void decode(event.data);
