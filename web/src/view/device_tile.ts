import type { Device, Result } from "../api/types.ts";
import type { App } from "../app/app.ts";
import { device_path } from "../app/router.ts";
import type { ViewState } from "../app/view_state.ts";
import { is_background } from "../draw/palette.ts";
import { has_usable_times } from "../live/site_clock.ts";
import { View, h, set_attribute, set_text } from "../ui/dom.ts";
import * as format from "../ui/format.ts";
import { Smooth } from "../ui/smooth.ts";
import { LiveView } from "./live_view.ts";
import { ShareBar } from "./share_bar.ts";
import { set_state, state_mark } from "./state_mark.ts";
import {
  has_only_last_picture,
  label,
  shown_state,
  slow_link,
  state_words,
  trouble,
  wrong_times,
} from "./words.ts";

const chips_max = 3;
const least_share = 0.005;

// A device on the wall: the picture is the tile, words stay at its edges.
export class DeviceTile extends View {
  readonly live: LiveView;
  readonly device_id: string;
  readonly #app: App;
  readonly #mark = state_mark();
  readonly #words = h("span", { class: "words" });
  readonly #name = h("span", { class: "name" });
  readonly #spoken = h("span", { class: "off-screen" }); // the mark beside the name, in words
  readonly #trouble = h("span", { class: "trouble" });
  readonly #video = h("b");
  readonly #results = h("b");
  readonly #gated = h("b");
  readonly #gated_number = h("span", { class: "number", hidden: true }, this.#gated, " unchanged/s");
  readonly #age = h("b");
  readonly #chips = h("span", { class: "chips", "aria-hidden": "true" });
  readonly #bar = new ShareBar();
  readonly #link: HTMLAnchorElement;
  readonly #age_smooth = new Smooth(1500);
  #newest: Result | null = null;

  constructor(app: App, device: string, view: ViewState) {
    super();
    this.#app = app;
    this.device_id = device;
    const options = { labels: false, named: false, pixel_ratio_max: 1.5, large: false, stills: false };
    this.live = new LiveView(app, device, view, options);
    this.#link = h("a", { href: device_path(device) });
  }

  protected override connected(): void {
    if (!this.#link.isConnected) this.#build();
    const { feed } = this.live;
    this.#bar.set_classes(feed.classes);
    this.own(
      feed.class_changes.on(() => this.#bar.set_classes(feed.classes)),
      feed.result_changes.on((result) => (this.#newest = result)),
      this.#app.site.device_changes.on(() => this.#update()),
      this.#app.site.connection.link_changes.on(() => this.#update()),
      this.#app.site.ticks.on(() => this.#update_shares()),
    );
    this.#update();
  }

  override focus(): void {
    this.#link.focus();
  }

  #build(): void {
    const number = (value: HTMLElement, unit: string) =>
      h("span", { class: "number" }, value, unit);
    this.#link.append(
      this.live,
      h(
        "div",
        { class: "top" },
        this.#mark,
        this.#name,
        this.#spoken,
        this.#words,
        this.#trouble,
      ),
      h(
        "div",
        { class: "bottom", "aria-hidden": "true" },
        h(
          "span",
          { class: "numbers" },
          number(this.#video, " fps"),
          number(this.#results, " results/s"),
          this.#gated_number,
          number(this.#age, " old"),
        ),
        this.#chips,
      ),
      this.#bar,
    );
    this.append(this.#link);
  }

  #update(): void {
    const { site } = this.#app;
    const device = site.device(this.device_id);
    if (!device) return;
    set_text(this.#name, label(device));
    this.#name.title = device.name ? this.device_id : "";
    const { link } = site.connection;
    const state = shown_state(device, link);
    set_attribute(this, "data-state", state);
    set_state(this.#mark, state);
    const words = state_words(device, link, site.devices_at);
    set_text(this.#words, state === "live" ? "" : words);
    const wrong = state === "live" ? (trouble(device) ?? wrong_times(device) ?? slow_link(device)) : null;
    set_text(this.#trouble, wrong ?? "");
    set_text(this.#spoken, state === "live" ? `: ${words}` : "");
    if (has_only_last_picture(device)) this.live.show_last_picture();
    const picture = this.live.feed.shown.picture !== null || device.last_frame_age_ms !== null;
    set_attribute(this, "data-picture", String(picture));
    this.#update_numbers(device);
  }

  #update_numbers(device: Device): void {
    const shortage = this.live.feed.viewer_rate.shortage(performance.now());
    const video = shortage
      ? `${format.rate(shortage.shown)} of ${format.rate(shortage.all)}`
      : format.rate(device.video_fps);
    set_text(this.#video, video);
    set_text(this.#results, format.rate(device.result_fps));
    this.#gated_number.hidden = (device.gated_fps ?? 0) < 0.5;
    set_text(this.#gated, format.rate(device.gated_fps));
    const age = device.last_result_age_ms;
    const calm = age !== null && age < 2000 ? this.#age_smooth.add(age, performance.now()) : age;
    const untold = device.time_fault ? "times wrong" : "clocks differ";
    set_text(this.#age, has_usable_times(device) ? format.age(calm) : untold);
  }

  #update_shares(): void {
    const result = this.#newest;
    if (!result || this.dataset.state !== "live") return;
    this.#bar.update(result);
    const { classes } = this.live.feed;
    const largest = result.classes
      .filter((item) => item.share >= least_share)
      .filter((item) => !classes.some((info) => info.index === item.index && is_background(info)))
      .sort((a, b) => b.share - a.share)
      .slice(0, chips_max);
    const text = largest.map((item) => `${item.name} ${format.share(item.share)}`).join("|");
    if (this.#chips.dataset.text === text) return;
    this.#chips.dataset.text = text;
    this.#chips.replaceChildren(
      ...largest.map((item) => {
        const colour = classes.find((info) => info.index === item.index)?.colour ?? "transparent";
        return h(
          "span",
          { class: "chip" },
          h("i", { style: `background:${colour}` }),
          `${item.name} ${format.share(item.share)}`,
        );
      }),
    );
  }
}

customElements.define("device-tile", DeviceTile);
