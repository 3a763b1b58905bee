// The site's time as the page knows it: the smallest difference seen between a message's time
// stamp and the browser's clock. Keeps one time axis when the two clocks disagree.
export class SiteClock {
  #offset_ms: number | null = null;

  observe(site_ms: number, browser_ms = Date.now()): void {
    if (!Number.isFinite(site_ms)) return;
    const offset = browser_ms - site_ms;
    if (this.#offset_ms === null || offset < this.#offset_ms) this.#offset_ms = offset;
  }

  now(browser_ms = Date.now()): number {
    return browser_ms - (this.#offset_ms ?? 0);
  }
}
