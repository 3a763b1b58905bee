import type { App } from "../app/app.ts";
import { View, h, set_text } from "../ui/dom.ts";
import * as format from "../ui/format.ts";
import { label, own_state } from "./words.ts";

// Says when the page has lost its site, and what it does about it. Also tells screen readers of
// changed states (not of numbers).
export class SiteBanner extends View {
  readonly #app: App;
  readonly #words = h("span", {});
  readonly #retry = h("button", { type: "button", class: "button" }, "Try now");
  readonly #states = new Map<string, string>();
  #was_lost = false;

  constructor(app: App) {
    super();
    this.#app = app;
  }

  protected override connected(): void {
    const { connection } = this.#app.site;
    this.hidden = true;
    this.append(this.#words, this.#retry);
    this.#retry.addEventListener("click", () => connection.retry_now());
    this.own(
      connection.link_changes.on(() => this.#update()),
      this.#app.site.ticks.on(() => this.#update()),
      this.#app.site.device_changes.on(() => this.#tell_states()),
    );
  }

  #update(): void {
    const { link } = this.#app.site.connection;
    const lost = link.state === "lost";
    // The first half second without a connection is not worth a word.
    this.hidden = !lost || (Date.now() - link.since < 500 && !this.#was_lost);
    if (lost) {
      const seconds = Math.ceil((link.retry_at - Date.now()) / 1000);
      const next = seconds > 0 ? `trying again in ${seconds} s` : "trying again now";
      const { devices_at } = this.#app.site;
      const seen = devices_at ? ` What you see is from ${format.clock(devices_at)}.` : "";
      set_text(this.#words, `No connection to the site, ${next}.${seen}`);
    }
    if (lost !== this.#was_lost && (lost ? !this.hidden : link.state === "open")) {
      this.#was_lost = lost;
      this.#app.announce(lost ? "No connection to the site." : "The site is connected again.");
    }
  }

  #tell_states(): void {
    for (const device of this.#app.site.devices) {
      const state = own_state(device);
      const before = this.#states.get(device.id);
      this.#states.set(device.id, state);
      if (before && before !== state) this.#app.announce(`${label(device)} is ${state}`);
    }
  }
}

customElements.define("site-banner", SiteBanner);
