import type { ClassMap } from "./png.ts";
import type { VideoUnit } from "./video_stream.ts";
import type { Answer, Job, Work } from "./worker.ts";

type Waiting = (answer: Answer) => void;

// The main thread's end of the decoding worker. The bytes are copied to the worker, so that the
// page can still save the very picture it shows.
export class Decoder {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  readonly #waiting = new Map<number, Waiting>();
  #next_id = 1;

  constructor() {
    this.#worker.onmessage = (event: MessageEvent<Answer>) => {
      const answer = event.data;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    };
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
