import type { ClassMap } from "./png.ts";
import type { Answer, Job } from "./worker.ts";

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
    const answer = await this.#ask("picture", bytes);
    if ("picture" in answer) return answer.picture;
    throw new Error("error" in answer ? answer.error : "not a picture");
  }

  async map(bytes: Uint8Array<ArrayBuffer>): Promise<ClassMap> {
    const answer = await this.#ask("map", bytes);
    if ("map" in answer) return answer.map;
    throw new Error("error" in answer ? answer.error : "not a class map");
  }

  #ask(kind: Job["kind"], bytes: Uint8Array<ArrayBuffer>): Promise<Answer> {
    const id = this.#next_id++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ id, kind, bytes } satisfies Job);
    });
  }
}
