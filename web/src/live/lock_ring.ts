// Brings together a frame and what was found in it, by sequence, in whatever order they come.
// Frames are kept encoded (a decoded one costs 4 bytes a pixel), newest `frames_max` of them.
export interface Pair<Frame, Finding> {
  sequence: number;
  frame: Frame;
  finding: Finding;
}

export class LockRing<Frame, Finding> {
  readonly #frames = new Map<number, Frame>();
  readonly #findings = new Map<number, Finding>();
  readonly #frames_max: number;
  readonly #findings_max: number;
  #shown = -1;

  constructor(frames_max: number, findings_max: number) {
    this.#frames_max = frames_max;
    this.#findings_max = findings_max;
  }

  // Each returns the pair that this completes, if it is newer than the last one returned.
  add_frame(sequence: number, frame: Frame): Pair<Frame, Finding> | null {
    this.#restart_if_far_behind(sequence);
    this.#frames.set(sequence, frame);
    trim(this.#frames, this.#frames_max);
    return this.#pair(sequence);
  }

  add_finding(sequence: number, finding: Finding): Pair<Frame, Finding> | null {
    this.#findings.set(sequence, finding);
    trim(this.#findings, this.#findings_max);
    return this.#pair(sequence);
  }

  clear(): void {
    this.#frames.clear();
    this.#findings.clear();
    this.#shown = -1;
  }

  // A camera that was started again counts from 1.
  #restart_if_far_behind(sequence: number): void {
    if (sequence < this.#shown - this.#frames_max) this.clear();
  }

  #pair(sequence: number): Pair<Frame, Finding> | null {
    const frame = this.#frames.get(sequence);
    const finding = this.#findings.get(sequence);
    if (frame === undefined || finding === undefined || sequence <= this.#shown) return null;
    this.#shown = sequence;
    for (const map of [this.#frames, this.#findings]) {
      for (const old of map.keys()) if (old <= sequence) map.delete(old);
    }
    return { sequence, frame, finding };
  }
}

function trim(map: Map<number, unknown>, size_max: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= size_max) return;
    map.delete(oldest);
  }
}
