import type { SystemDevice } from "../api/types.ts";
import type { Drops } from "./pipeline_drawing.ts";

const names = ["camera", "queue", "viewer"] as const;
const window_ms = 5000;

interface Sample {
  at: number;
  totals: Map<string, SystemDevice["dropped"]>;
}

// Drops a second over the last seconds, from the site's running totals.
export class DropRateMeter {
  #samples: Sample[] = [];

  add(devices: SystemDevice[], at: number): Map<string, Drops> {
    this.#samples.push({ at, totals: new Map(devices.map((item) => [item.id, item.dropped])) });
    while (this.#samples.length > 2 && this.#samples[0]!.at < at - window_ms) this.#samples.shift();
    const first = this.#samples[0]!;
    const seconds = Math.max(0.001, (at - first.at) / 1000);
    const rates = new Map<string, Drops>();
    for (const { id, dropped } of devices) {
      const before = first.totals.get(id);
      const rate: Drops = { camera: 0, queue: 0, viewer: 0 };
      for (const name of names) {
        // A total that went down was started again.
        const change = (dropped[name] ?? 0) - (before?.[name] ?? dropped[name] ?? 0);
        rate[name] = Math.max(0, change) / seconds;
      }
      rates.set(id, rate);
    }
    return rates;
  }
}
