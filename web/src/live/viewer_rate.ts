interface Sample {
  at: number;
  sent: number;
  skipped: number;
}

const window_ms = 4000;
const least_ms = 2000;

// How many of a device's frames this page gets, over the last seconds, from the running totals
// that come with each frame.
export class ViewerRate {
  #samples: Sample[] = [];

  add(sent: number, skipped: number, at: number): void {
    const last = this.#samples.at(-1);
    if (last && (sent < last.sent || skipped < last.skipped)) this.#samples = [];
    this.#samples.push({ at, sent, skipped });
    while (this.#samples[0]!.at < at - window_ms) this.#samples.shift();
  }

  // Frames a second that are shown and that there are; null until it is known, and when none come.
  rate(now: number): { shown: number; all: number } | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < least_ms) return null;
    if (now - last.at > window_ms) return null;
    const seconds = (last.at - first.at) / 1000;
    const shown = (last.sent - first.sent) / seconds;
    return { shown, all: shown + (last.skipped - first.skipped) / seconds };
  }

  // "6 of 15", when that is worth saying: at least a fifth is missing.
  shortage(now: number): { shown: number; all: number } | null {
    const rate = this.rate(now);
    return rate && rate.shown < 0.8 * rate.all ? rate : null;
  }
}
