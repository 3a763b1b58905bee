import { stages } from "../api/types.ts";
import type { Result } from "../api/types.ts";

// What the plots show of one device: two minutes in steps of half a second, one time axis for all
// curves. Values of one step are averaged; a step without a value is null (a gap, not a zero).
// Times are milliseconds since 1970 by the site's clock.
export const step_ms = 500;
export const steps = 240;

export interface Rates {
  video_fps: number | null;
  result_fps: number | null;
  dropped_per_s: number | null;
  skipped_per_s: number | null;
}
export const rate_names = ["video_fps", "result_fps", "dropped_per_s", "skipped_per_s"] as const;

interface Mean {
  sum: number;
  count: number;
}

class Step {
  number = -1;
  readonly values = new Map<string, Mean>();

  reset(number: number): void {
    this.number = number;
    this.values.clear();
  }

  add(key: string, value: number): void {
    const mean = this.values.get(key);
    if (mean) {
      mean.sum += value;
      ++mean.count;
    } else {
      this.values.set(key, { sum: value, count: 1 });
    }
  }
}

const class_key_start = "class ";
export const class_key = (index: number) => `${class_key_start}${index}`;
export const stage_key = (stage: string) => `stage ${stage}`;

export class History {
  readonly #ring = Array.from({ length: steps }, () => new Step());

  // `found`: how much of which class it has (amounts.ts).
  add_result(
    result: Result,
    found: ReadonlyMap<number, number>,
    time_ms = Date.parse(result.captured),
  ): void {
    const step = this.#step(time_ms);
    if (!step || !result.inferred) return;
    step.add("results", 1);
    for (const [index, amount] of found) step.add(class_key(index), amount);
    for (const stage of stages) {
      const ms = result.timings_ms[stage];
      if (typeof ms === "number") step.add(stage_key(stage), ms);
    }
  }

  add_rates(time_ms: number, rates: Rates): void {
    const step = this.#step(time_ms);
    if (!step) return;
    for (const name of rate_names) {
      const value = rates[name];
      if (value !== null) step.add(name, value);
    }
  }

  forget_classes(): void {
    for (const step of this.#ring) {
      for (const key of step.values.keys()) {
        if (key.startsWith(class_key_start)) step.values.delete(key);
      }
    }
  }

  // The axis up to `end_ms`, in seconds as uPlot wants it.
  times(end_ms: number): number[] {
    const last = Math.floor(end_ms / step_ms);
    return Array.from({ length: steps }, (_, i) => ((last - steps + 1 + i) * step_ms) / 1000);
  }

  // Mean per step, aligned with times(). A class that a result does not name has no part in it: it
  // counts as 0 where there were results (`zero_with`), and holds its last value for `hold` steps
  // where nothing came (a model slower than the steps).
  series(key: string, end_ms: number, hold = 0, zero_with?: string): (number | null)[] {
    const last = Math.floor(end_ms / step_ms);
    const out: (number | null)[] = [];
    let held: number | null = null;
    let age = 0;
    for (let number = last - steps + 1; number <= last; ++number) {
      const value = this.#value(number, key, zero_with);
      if (value !== null) {
        held = value;
        age = 0;
      } else if (++age > hold) {
        held = null;
      }
      out.push(held);
    }
    return out;
  }

  #value(number: number, key: string, zero_with?: string): number | null {
    const step = this.#ring[((number % steps) + steps) % steps]!;
    if (step.number !== number) return null;
    const mean = step.values.get(key);
    if (!mean) return zero_with && step.values.has(zero_with) ? 0 : null;
    // Amounts are means over all results of the step, also those without the class.
    const count = zero_with ? (step.values.get(zero_with)?.count ?? mean.count) : mean.count;
    return mean.sum / count;
  }

  #step(time_ms: number): Step | null {
    if (!Number.isFinite(time_ms)) return null;
    const number = Math.floor(time_ms / step_ms);
    const step = this.#ring[((number % steps) + steps) % steps]!;
    if (step.number > number) return null; // older than the ring
    if (step.number !== number) step.reset(number);
    return step;
  }
}
