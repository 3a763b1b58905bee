export type Off = () => void;

// A list of listeners. A listener that throws does not keep the others from hearing.
export class Emitter<T = void> {
  readonly #listeners = new Set<(value: T) => void>();

  on(listener: (value: T) => void): Off {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        console.error(error);
      }
    }
  }
}
