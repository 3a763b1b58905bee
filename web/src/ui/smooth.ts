// A number that moves calmly: exponential mean with a time constant, so that numbers on the page
// do not jitter. A gap longer than ten constants starts afresh.
export class Smooth {
  readonly #constant_ms: number;
  #value: number | null = null;
  #at = 0;

  constructor(constant_ms: number) {
    this.#constant_ms = constant_ms;
  }

  add(value: number | null, at: number): number | null {
    if (value === null) return (this.#value = null);
    const passed = at - this.#at;
    this.#at = at;
    if (this.#value === null || passed > 10 * this.#constant_ms) return (this.#value = value);
    const weight = 1 - Math.exp(-passed / this.#constant_ms);
    return (this.#value += (value - this.#value) * weight);
  }

  get value(): number | null {
    return this.#value;
  }
}
