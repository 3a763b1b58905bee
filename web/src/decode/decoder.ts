import type { ClassMap } from "./png.ts";
import type { VideoUnit } from "./video_stream.ts";
import type { Answer, Job, Message, Work } from "./worker.ts";

type Waiting = (answer: Answer) => void;

// The main thread's end of the decoding worker. The bytes are copied to the worker, so that the
// page can still save the very picture it shows.
export class Decoder {
  readonly #waiting = new Map<number, Waiting>();
  #worker = this.#start();
  #next_id = 1;

  // A worker that dies (no memory, say) leaves its work undone; another goes on with the next.
  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#answered(data);
    worker.onerror = (event) => {
      console.warn("The decoding worker has failed:", event.message);
      worker.terminate();
      this.#worker = this.#start();
      for (const id of [...this.#waiting.keys()]) {
        this.#answered({ id, error: "the decoding worker has failed" });
      }
    };
    return worker;
  }

  #answered(answer: Answer): void {
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }

  async picture(bytes: Uint8Array<ArrayBuffer>): Promise<ImageBitmap> {
    const picture = await this.#picture({ kind: "picture", bytes });
    if (picture) return picture;
    throw new Error("not a picture");
  }

  // The picture of the last unit of a device's H.264; each unit is given once and in order. Null: a
  // key frame is needed first.
  async video(device: string, units: VideoUnit[]): Promise<ImageBitmap | null> {
    return this.#picture({ kind: "video", device, units });
  }

  // Nobody looks at the device: its H.264 begins anew with a key frame.
  forget(device: string): void {
    this.#worker.postMessage({ kind: "forget", device } satisfies Message);
  }

  async map(bytes: Uint8Array<ArrayBuffer>): Promise<ClassMap> {
    const answer = await this.#ask({ kind: "map", bytes });
    if ("map" in answer) return answer.map;
    throw new Error("error" in answer ? answer.error : "not a class map");
  }

  async #picture(work: Work): Promise<ImageBitmap | null> {
    const answer = await this.#ask(work);
    if ("picture" in answer) return answer.picture;
    throw new Error("error" in answer ? answer.error : "not a picture");
  }

  #ask(work: Work): Promise<Answer> {
    const id = this.#next_id++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ id, ...work } satisfies Job);
    });
  }
}
