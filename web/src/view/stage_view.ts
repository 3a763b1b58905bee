import type { App } from "../app/app.ts";
import type { ViewState } from "../app/view_state.ts";
import { View, h, set_attribute, set_text } from "../ui/dom.ts";
import * as format from "../ui/format.ts";
import { LiveView } from "./live_view.ts";
import { StageGestures } from "./stage_gestures.ts";
import type { GestureResults } from "./stage_gestures.ts";
import { has_only_last_picture, shown_state, state_words, trouble } from "./words.ts";

const divider_step = 0.02;

// The large picture: the live view, the divider of the split mode, and what there is to say.
export class StageView extends View {
  readonly live: LiveView;
  readonly gestures: StageGestures;
  zones: HTMLElement | null = null; // drawn over the picture; set before this is connected
  readonly #app: App;
  readonly #device: string;
  readonly #words = h("p", { class: "stage-words" });
  readonly #paused = h("p", { class: "stage-paused" }, "Paused");
  readonly #notice = h("p", { class: "stage-notice" });
  readonly #divider = h("div", {
    class: "divider",
    role: "slider",
    tabindex: "0",
    "aria-label": "Divider between video and mask",
    "aria-valuemin": "0",
    "aria-valuemax": "100",
  });

  constructor(app: App, device: string, view: ViewState, results: GestureResults) {
    super();
    this.#app = app;
    this.#device = device;
    this.live = new LiveView(app, device, view, {
      labels: true,
      named: true,
      pixel_ratio_max: 2,
      large: true,
      stills: true,
    });
    this.gestures = new StageGestures(this.live, results);
  }

  update(view: ViewState, paused: boolean): void {
    this.live.view = view;
    this.live.paused = paused;
    this.live.dataset.zoomed = String(view.look.zoom > 1);
    this.#divider.hidden = view.mode !== "split";
    this.#update_paused();
    this.#update_words();
  }

  protected override connected(): void {
    const { site } = this.#app;
    this.append(this.live);
    if (this.zones) this.append(this.zones);
    this.append(this.#divider, this.#words, this.#notice, this.#paused);
    this.own(
      this.gestures.attach(),
      this.live.frozen_changes.on(() => this.#update_paused()),
      site.device_changes.on(() => this.#update_words()),
      site.connection.link_changes.on(() => this.#update_words()),
      site.ticks.on(() => this.#update_notice()),
    );
    this.listen(this.#divider, "pointerdown", (event) => {
      this.#divider.setPointerCapture(event.pointerId);
    });
    this.listen(this.#divider, "pointermove", (event) => {
      if (!this.#divider.hasPointerCapture(event.pointerId)) return;
      const box = this.getBoundingClientRect();
      this.#set_divider((event.clientX - box.left) / box.width);
    });
    this.listen(this.#divider, "keydown", (event) => {
      if (event.key === "ArrowLeft") this.#set_divider(this.live.divider - divider_step);
      else if (event.key === "ArrowRight") this.#set_divider(this.live.divider + divider_step);
      else return;
      event.preventDefault();
    });
    this.#set_divider(this.live.divider);
  }

  #update_paused(): void {
    this.#paused.hidden = this.live.frozen === null;
  }

  #set_divider(divider: number): void {
    this.live.divider = Math.min(1, Math.max(0, divider));
    this.#divider.style.left = `${this.live.divider * 100}%`;
    this.#divider.setAttribute("aria-valuenow", String(Math.round(this.live.divider * 100)));
    this.live.redraw();
  }

  #update_words(): void {
    const { site } = this.#app;
    const device = site.device(this.#device);
    const { link } = site.connection;
    let words = "";
    let state = "live";
    if (device) {
      if (has_only_last_picture(device)) this.live.show_last_picture();
      state = shown_state(device, link);
      words =
        state === "live" ? (trouble(device) ?? "") : state_words(device, link, site.devices_at);
    } else if (site.devices_known) {
      state = "away";
      words = `This site has no device named ${this.#device}.`;
    }
    set_text(this.#words, words);
    this.#words.hidden = words === "";
    set_attribute(this, "data-state", state);
    const picture = this.live.shown.picture !== null || device?.last_frame_age_ms != null;
    set_attribute(this, "data-picture", String(picture));
  }

  #update_notice(): void {
    const shortage = this.live.paused ? null : this.live.shown_feed.viewer_rate.shortage(performance.now());
    this.#notice.hidden = shortage === null;
    if (!shortage) return;
    const { shown, all } = shortage;
    const part = `${format.rate(shown)} of ${format.rate(all)}`;
    set_text(this.#notice, `This browser shows ${part} frames a second`);
  }
}

customElements.define("stage-view", StageView);
