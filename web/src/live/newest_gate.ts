// Runs `work` on the newest input, one at a time. What is overtaken while it waits, or finished
// but not taken before a newer one, is discarded. So at most one input is in work, one waits, one
// output is ready: the page's end of "newest wins".
export interface Finished<In, Out> {
  input: In;
  output: Out;
}

export interface GateOptions<In, Out> {
  work: (input: In) => Promise<Out>;
  ready: () => void; // an output can be taken
  discard: (input: In) => void; // this input will never be taken
  dispose: (output: Out) => void; // frees what `work` made
}

export class NewestGate<In, Out> {
  readonly #options: GateOptions<In, Out>;
  #working = false;
  #waiting: { input: In } | null = null;
  #finished: Finished<In, Out> | null = null;
  #generation = 0;

  constructor(options: GateOptions<In, Out>) {
    this.#options = options;
  }

  push(input: In): void {
    if (this.#working) {
      if (this.#waiting) this.#options.discard(this.#waiting.input);
      this.#waiting = { input };
      return;
    }
    void this.#run(input);
  }

  // The newest output, once; it is the caller's now.
  take(): Finished<In, Out> | null {
    const finished = this.#finished;
    this.#finished = null;
    return finished;
  }

  // Discards everything, also what is in work.
  clear(): void {
    ++this.#generation;
    if (this.#waiting) this.#options.discard(this.#waiting.input);
    this.#waiting = null;
    this.#drop_finished();
  }

  #drop_finished(): void {
    if (!this.#finished) return;
    this.#options.discard(this.#finished.input);
    this.#options.dispose(this.#finished.output);
    this.#finished = null;
  }

  async #run(input: In): Promise<void> {
    this.#working = true;
    const generation = this.#generation;
    try {
      const output = await this.#options.work(input);
      if (generation === this.#generation) {
        this.#drop_finished();
        this.#finished = { input, output };
      } else {
        this.#options.discard(input);
        this.#options.dispose(output);
      }
    } catch {
      this.#options.discard(input); // a broken picture; the next one will do
    }
    this.#working = false;
    const next = this.#waiting;
    this.#waiting = null;
    if (next) void this.#run(next.input);
    if (this.#finished) this.#options.ready();
  }
}
