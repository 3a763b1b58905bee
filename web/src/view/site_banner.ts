import { get_site } from "../api/rest.ts";
import type { App } from "../app/app.ts";
import { View, h, set_text } from "../ui/dom.ts";
import * as format from "../ui/format.ts";
import { label, own_state } from "./words.ts";

const look_again_ms = 30_000;

// Says when the page has lost its site, and what it does about it; else what the site's bus leaves
// open to others. Also tells screen readers of changed states (not of numbers).
export class SiteBanner extends View {
  readonly #app: App;
  readonly #words = h("span", {});
  readonly #retry = h("button", { type: "button", class: "button" }, "Try now");
  readonly #states = new Map<string, string>();
  #was_lost = false;
  #open_ways = "";
  #asked_at = -Infinity;

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
    const is_told = lost && (Date.now() - link.since >= 500 || this.#was_lost);
    this.hidden = !is_told && (lost || this.#open_ways === "");
    this.#retry.hidden = !lost;
    if (link.state === "open" && Date.now() - this.#asked_at > look_again_ms) void this.#ask();
    if (!lost) {
      set_text(this.#words, this.#open_ways);
    } else {
      const seconds = Math.ceil((link.retry_at - Date.now()) / 1000);
      const next = seconds > 0 ? `trying again in ${seconds} s` : "trying again now";
      const { devices_at } = this.#app.site;
      const seen = devices_at ? ` What you see is from ${format.clock(devices_at)}.` : "";
      set_text(this.#words, `No connection to the site, ${next}.${seen}`);
    }
    if (lost !== this.#was_lost && (lost ? !this.hidden : link.state === "open")) {
      this.#was_lost = lost;
      this.#asked_at = -Infinity;
      this.#app.announce(lost ? "No connection to the site." : "The site is connected again.");
    }
  }

  async #ask(): Promise<void> {
    this.#asked_at = Date.now();
    try {
      const { warnings } = (await get_site()).bus;
      const open = warnings.filter(({ what }) => what !== "old_server");
      this.#open_ways = open.map(({ text }) => text).join(" ");
    } catch {
      return; // without a site there is another word to say
    }
    this.#update();
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
