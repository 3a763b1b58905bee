import type { Device } from "../api/types.ts";

// A device's capture times can be compared with the site's.
export function has_usable_times(device: Device): boolean {
  return device.clock_gap_s === null && !device.time_fault;
}

// A clock that was wrong for a while is forgotten after two of these.
const window_ms = 60_000;

// The site's time as the page knows it: the smallest difference seen of late between a message's
// time stamp and the browser's clock. Keeps one time axis when the two clocks disagree.
export class SiteClock {
  #least_ms: number | null = null; // of this window
  #before_ms: number | null = null; // of the one before
  #since_ms = 0;

  observe(site_ms: number, browser_ms = Date.now()): void {
    if (!Number.isFinite(site_ms)) return;
    const offset = browser_ms - site_ms;
    if (Math.abs(browser_ms - this.#since_ms) > window_ms) {
      this.#before_ms = this.#least_ms;
      this.#least_ms = null;
      this.#since_ms = browser_ms;
    }
    this.#least_ms = Math.min(this.#least_ms ?? offset, offset);
  }

  now(browser_ms = Date.now()): number {
    if (this.#least_ms === null) return browser_ms;
    return browser_ms - Math.min(this.#least_ms, this.#before_ms ?? this.#least_ms);
  }
}
