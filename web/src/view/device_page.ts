import type { App } from "../app/app.ts";
import { device_path } from "../app/router.ts";
import { read_view, write_view } from "../app/view_state.ts";
import type { ViewState } from "../app/view_state.ts";
import type { Mode } from "../draw/painter.ts";
import { RuleBook } from "../rules/rule_book.ts";
import { View, h, set_text } from "../ui/dom.ts";
import { ClassLegend } from "./class_legend.ts";
import { DeviceCard } from "./device_card.ts";
import { EventList } from "./event_list.ts";
import { icon } from "./icons.ts";
import { ModelCard } from "./model_card.ts";
import type { Page } from "./page.ts";
import { RuleList } from "./rule_list.ts";
import { save_snapshot } from "./snapshot.ts";
import { StageBar } from "./stage_bar.ts";
import { StageView } from "./stage_view.ts";
import { set_state, state_mark } from "./state_mark.ts";
import { TrendPlots } from "./trend_plots.ts";
import { VideoCard } from "./video_card.ts";
import { label, shown_state, state_words } from "./words.ts";
import { ZoneLayer } from "./zone_layer.ts";

const mode_keys: Record<string, Mode> = { o: "overlay", s: "split", m: "mask", v: "video" };

// One device: the stage with its controls, plots under it, classes, model and events beside it.
export class DevicePage extends View implements Page {
  readonly title_words: string;
  readonly #app: App;
  readonly #device: string;
  readonly #stage: StageView;
  readonly #bar: StageBar;
  readonly #legend: ClassLegend;
  readonly #plots: TrendPlots;
  readonly #book: RuleBook;
  readonly #rules: RuleList;
  readonly #panel = h("aside", { class: "panel", "aria-label": "Classes, model and events" });
  readonly #heading = h("h1");
  readonly #mark = state_mark();
  readonly #state_words = h("span", { class: "quiet" });
  readonly #message = h("p", { class: "toast", role: "status" });
  #view: ViewState;
  #paused = false;
  #message_timer = 0;

  constructor(app: App, device: string) {
    super();
    this.#app = app;
    this.#device = device;
    this.title_words = device;
    this.#view = read_view(location.search, app.settings.kept_view);
    const feed = app.site.feed(device);
    this.#stage = new StageView(app, device, this.#view, {
      look: (look) => this.#change({ look }),
      opacity_by: (step) => this.#change_opacity(step),
    });
    this.#book = new RuleBook(app);
    const zones = new ZoneLayer(this.#stage.live, this.#book, device);
    this.#stage.zones = zones;
    this.#rules = new RuleList(app, this.#book, zones, device);
    this.#bar = new StageBar({
      change: (change) => this.#change(change),
      zoom: (direction) => this.#stage.gestures.step(direction),
      pause: () => this.#toggle_pause(),
      snapshot: () => void save_snapshot(this.#stage.live).then((text) => this.#say(text)),
      full_screen: () => this.#toggle_full_screen(),
      panel: () => this.#toggle_panel(),
    });
    this.#legend = new ClassLegend(app, feed, this.#view, (change) => this.#change(change));
    this.#plots = new TrendPlots(app, feed);
  }

  protected override connected(): void {
    this.append(
      h("div", { class: "stage-column" }, this.#stage, this.#bar, this.#plots),
      this.#panel,
      this.#message,
    );
    this.#fill_panel();
    const { site } = this.#app;
    this.own(
      this.#book.attach(),
      this.#stage.live.frozen_changes.on(() => {
        this.#legend.still = this.#stage.live.frozen?.result ?? null;
      }),
      site.device_changes.on(() => this.#update_head()),
      site.connection.link_changes.on(() => this.#update_head()),
    );
    this.listen(document, "fullscreenchange", () => {
      this.dataset.full = String(document.fullscreenElement === this.#stage.parentElement);
    });
    this.#update();
    this.#update_head();
  }

  on_key(key: string): boolean {
    const mode = mode_keys[key];
    if (mode) this.#change({ mode });
    else if (key === "b") this.#change({ boxes: !this.#view.boxes });
    else if (key === "l") this.#change({ lock: !this.#view.lock });
    else if (key === " ") this.#toggle_pause();
    else if (key === "f") this.#toggle_full_screen();
    else if (key === "+" || key === "=") this.#stage.gestures.step(1);
    else if (key === "-") this.#stage.gestures.step(-1);
    else if (key === "0") this.#stage.gestures.step(0);
    else if (key === "ArrowLeft") this.#neighbour(-1);
    else if (key === "ArrowRight") this.#neighbour(1);
    else if (key === "Escape" && this.#rules.editing) this.#rules.close_editor();
    else if (key === "Escape" && this.dataset.panel === "open") this.#toggle_panel();
    else return false;
    return true;
  }

  #fill_panel(): void {
    const step = (name: "left" | "right", label: string, by: number) => {
      const button = h("button", { type: "button", class: "button icon", "aria-label": label });
      button.append(icon(name));
      button.addEventListener("click", () => this.#neighbour(by));
      return button;
    };
    const close = h("button", {
      type: "button",
      class: "button icon panel-close",
      "aria-label": "Close",
    });
    close.append(icon("close"));
    close.addEventListener("click", () => this.#toggle_panel());
    const section = (title: string, ...children: HTMLElement[]) =>
      h("section", {}, h("h2", {}, title), ...children);
    const device = section("Device", new DeviceCard(this.#app, this.#device));
    device.dataset.needs = "operate";
    this.#panel.append(
      h(
        "div",
        { class: "panel-head" },
        this.#heading,
        h("span", { class: "state" }, this.#mark, this.#state_words),
        h(
          "span",
          { class: "group" },
          step("left", "Previous device", -1),
          step("right", "Next device", 1),
          close,
        ),
      ),
      section("Classes", this.#legend),
      section("Rules", this.#rules),
      section("Model", new ModelCard(this.#app, this.#device)),
      section("Video", new VideoCard(this.#app, this.#device)),
      device,
      section("Events", new EventList(this.#app, this.#device)),
    );
  }

  #change(change: Partial<ViewState>): void {
    this.#view = { ...this.#view, ...change };
    this.#app.settings.keep_view(this.#view);
    this.#update();
  }

  #change_opacity(step: number): void {
    const opacity = Math.min(1, Math.max(0, this.#view.opacity + step));
    this.#change({ opacity: Math.round(opacity * 100) / 100 });
  }

  #update(): void {
    this.#stage.update(this.#view, this.#paused);
    this.#bar.update(this.#view, this.#paused);
    this.#legend.update(this.#view);
    this.#legend.paused = this.#paused;
    this.#plots.paused = this.#paused;
    this.#app.router.replace_query(write_view(location.search, this.#view));
  }

  #update_head(): void {
    const { site } = this.#app;
    const device = site.device(this.#device);
    const { link } = site.connection;
    set_text(this.#heading, device ? label(device) : this.#device);
    this.#heading.title = device?.name ? `${this.#device} on the bus` : "";
    set_state(this.#mark, device ? shown_state(device, link) : "unknown");
    set_text(this.#state_words, device ? state_words(device, link, site.devices_at) : "");
  }

  #toggle_pause(): void {
    this.#paused = !this.#paused;
    this.dataset.paused = String(this.#paused);
    this.#update();
    this.#app.announce(this.#paused ? "Paused" : "Going on");
  }

  #toggle_full_screen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.#stage.parentElement?.requestFullscreen().catch(() => {});
  }

  // On a phone the panel is a sheet over the lower half.
  #toggle_panel(): void {
    const open = this.dataset.panel !== "open";
    this.dataset.panel = open ? "open" : "closed";
    if (open) this.#panel.querySelector<HTMLElement>(".panel-close")?.focus();
  }

  #neighbour(by: number): void {
    const { devices } = this.#app.site;
    const at = devices.findIndex((device) => device.id === this.#device);
    const next = devices[(at + by + devices.length) % devices.length];
    if (next && next.id !== this.#device) this.#app.router.go(device_path(next.id));
  }

  #say(text: string): void {
    set_text(this.#message, text);
    clearTimeout(this.#message_timer);
    this.#message_timer = window.setTimeout(() => set_text(this.#message, ""), 4000);
  }
}

customElements.define("device-page", DevicePage);
