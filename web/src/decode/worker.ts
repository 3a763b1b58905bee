import { decode_class_map } from "./png.ts";
import { VideoStream } from "./video_stream.ts";
import type { VideoUnit } from "./video_stream.ts";

// Decodes off the main thread, so that a burst of pictures never makes a click wait.
export type Work =
  | { kind: "picture"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "map"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "video"; device: string; units: VideoUnit[] };
export type Job = Work & { id: number };
export type Message = Job | { kind: "forget"; device: string };

export type Answer =
  | { id: number; picture: ImageBitmap | null } // null: the video waits for a key frame
  | { id: number; map: { width: number; height: number; indices: Uint8Array<ArrayBuffer> } }
  | { id: number; error: string };

const streams = new Map<string, VideoStream>();

const post = (answer: Answer, transfer: Transferable[]) =>
  (self as unknown as Worker).postMessage(answer, transfer);

function decode_picture(job: Job & ({ kind: "picture" } | { kind: "video" })) {
  if (job.kind === "picture") {
    const blob = new Blob([job.bytes], { type: "image/jpeg" });
    return createImageBitmap(blob, { colorSpaceConversion: "none" });
  }
  let stream = streams.get(job.device);
  if (!stream) streams.set(job.device, (stream = new VideoStream()));
  return stream.decode(job.units);
}

async function decode(job: Job): Promise<void> {
  try {
    if (job.kind === "map") {
      const map = await decode_class_map(job.bytes);
      post({ id: job.id, map }, [map.indices.buffer]);
      return;
    }
    const picture = await decode_picture(job);
    post({ id: job.id, picture }, picture ? [picture] : []);
  } catch (error) {
    post({ id: job.id, error: String(error) }, []);
  }
}

self.onmessage = ({ data }: MessageEvent<Message>) => {
  if (data.kind !== "forget") return void decode(data);
  streams.get(data.device)?.close();
  streams.delete(data.device);
};
