export interface EncodedFrame {
  header: { sequence: number; key: boolean };
}

// A frame of which all is known: with what decodes to it, from its key frame on.
export interface Found<Frame, Mask, Result> {
  frames: Frame[]; // the last one is it
  mask: Mask | null;
  result: Result;
}

// Keeps the newest frame whose mask and result have come, so that what is frozen or saved is of one
// frame; by sequence, in whatever order they come. Frames wait encoded: the newest `frames_max`,
// with those they build on, but never more than `units_max`; of masks and results `findings_max`.
export class StillKeeper<Frame extends EncodedFrame, Mask, Result> {
  newest: Found<Frame, Mask, Result> | null = null;
  readonly #frames_max: number;
  readonly #units_max: number;
  readonly #findings_max: number;
  #frames: Frame[] = [];
  readonly #masks = new Map<number, Mask>();
  readonly #results = new Map<number, { result: Result; masked: boolean }>();

  constructor(frames_max: number, units_max: number, findings_max: number) {
    this.#frames_max = frames_max;
    this.#units_max = units_max;
    this.#findings_max = findings_max;
  }

  add_frame(frame: Frame): void {
    const { sequence } = frame.header;
    const last = this.#frames.at(-1)?.header.sequence ?? -1;
    if (sequence === last) return; // sent again to who has subscribed again
    if (sequence < last) this.#forget_waiting(); // a camera that was started again counts from 1
    this.#frames.push(frame);
    this.#trim();
    this.#complete(sequence);
  }

  add_mask(sequence: number, mask: Mask): void {
    this.#masks.set(sequence, mask);
    trim(this.#masks, this.#findings_max);
    this.#complete(sequence);
  }

  // `masked`: it has a mask, which may have been overtaken by a newer one. A result that repeats an
  // older one is none of its frame.
  add_result(sequence: number, result: Result, masked: boolean): void {
    this.#results.set(sequence, { result, masked });
    trim(this.#results, this.#findings_max);
    this.#complete(sequence);
  }

  clear(): void {
    this.newest = null;
    this.#forget_waiting();
  }

  #forget_waiting(): void {
    this.#frames = [];
    this.#masks.clear();
    this.#results.clear();
  }

  #complete(sequence: number): void {
    const found = this.#results.get(sequence);
    if (!found) return;
    const mask = this.#masks.get(sequence) ?? null;
    if (found.masked && mask === null) return;
    const end = this.#frames.findLastIndex((frame) => frame.header.sequence === sequence) + 1;
    const key = this.#frames.findLastIndex((frame, at) => at < end && frame.header.key);
    if (end === 0 || key < 0) return;
    this.newest = { frames: this.#frames.slice(key, end), mask, result: found.result };
    this.#results.delete(sequence);
    this.#masks.delete(sequence);
  }

  // Whole groups go, from the oldest on, while enough frames are left.
  #trim(): void {
    const next_key = () => this.#frames.findIndex((frame, at) => at > 0 && frame.header.key);
    for (let key = next_key(); key > 0; key = next_key()) {
      const left = this.#frames.length - key;
      if (left < this.#frames_max && this.#frames.length <= this.#units_max) return;
      this.#frames = this.#frames.slice(key);
    }
    if (this.#frames.length > this.#units_max) this.#frames = [];
  }
}

function trim(map: Map<number, unknown>, size_max: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= size_max) return;
    map.delete(oldest);
  }
}
