// The frames of one H.264 stream that are not decoded yet. Each builds on the one before, so that
// one is shown by decoding all up to it; what comes before a newer key frame can be passed over.
export interface Unit {
  header: { sequence: number; key: boolean };
}

export class UnitQueue<U extends Unit> {
  readonly #units_max: number;
  #units: U[] = [];
  #broken = false; // up to the next key frame

  constructor(units_max: number) {
    this.#units_max = units_max;
  }

  push(unit: U): void {
    if (unit.header.key) this.#broken = false;
    if (this.#broken) return;
    this.#units.push(unit);
    // So many, and nobody wants to see one: the newest key frame and what follows will do.
    if (this.#units.length > this.#units_max) {
      this.#units = this.#units.slice(Math.max(0, newest_key(this.#units, Infinity)));
    }
    if (this.#units.length > this.#units_max) {
      this.#units = [];
      this.#broken = true; // what follows builds on what is gone
    }
  }

  // What must be decoded to show the frame of this number; empty: it was decoded before.
  take_until(sequence: number): U[] {
    const end = this.#units.findLastIndex((unit) => unit.header.sequence === sequence) + 1;
    const key = newest_key(this.#units, end);
    const taken = this.#units.slice(Math.max(0, key), end);
    this.#units = this.#units.slice(end);
    return taken;
  }
}

function newest_key(units: Unit[], end: number): number {
  return units.findLastIndex((unit, at) => at < end && unit.header.key);
}
