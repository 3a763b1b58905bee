import "uplot/dist/uPlot.min.css";
import { stages } from "../api/types.ts";
import type { SiteEvent } from "../api/types.ts";
import type { App } from "../app/app.ts";
import type { Feed } from "../live/feed.ts";
import { rate_names, class_key, stage_key } from "../live/history.ts";
import { View, h, set_text } from "../ui/dom.ts";
import * as format from "../ui/format.ts";
import { device_events } from "./event_list.ts";
import { TrendPlot } from "./trend_plot.ts";
import type { Curve, Ink, PlotStyle } from "./trend_plot.ts";

// The newest step is shown once its results had time to come.
const lag_ms = 1000;
// A model slower than the steps keeps its last value for so many of them.
const hold_steps = 4;
const near_event_s = 2;

const stage_names: Record<string, string> = {
  capture: "capture",
  encode: "encode",
  bus: "bus",
  wait: "wait",
  decode: "decode",
  infer: "infer",
  encode_mask: "encode mask",
};
const curve_names: Record<string, string> = {
  video_fps: "video fps",
  result_fps: "results/s",
  dropped_per_s: "frames without result/s",
  skipped_per_s: "not shown here/s",
};

const share_style: PlotStyle = {
  title: "Class shares",
  stacked: true,
  height: 108,
  time_axis: false,
  value: format.share,
  axis_value: (value) => `${Math.round(value * 100)} %`,
  top_min: 1,
  top_max: 1,
  named: "at cursor",
};
const count_style: PlotStyle = {
  ...share_style,
  title: "Objects",
  value: format.rate,
  axis_value: (value) => `${value}`,
  top_min: 4,
  top_max: undefined,
};
const latency_style: PlotStyle = {
  title: "Latency",
  stacked: true,
  height: 92,
  time_axis: false,
  value: format.milliseconds,
  axis_value: (value) => `${value} ms`,
  top_min: 10,
  named: "always",
};
const rate_style: PlotStyle = {
  title: "Rates",
  stacked: false,
  height: 92,
  time_axis: true,
  value: format.rate,
  axis_value: (value) => `${value} /s`,
  top_min: 5,
  named: "always",
};

// Class shares, latency by stage, rates and drops of one device: one time axis, one cursor.
export class TrendPlots extends View {
  readonly #app: App;
  readonly #feed: Feed;
  readonly #moment = h("p", { class: "moment" });
  readonly #box = h("div", { class: "plots-box" });
  #paused = false;
  #plots: TrendPlot[] = [];
  #times: number[] = [];
  #events: SiteEvent[] = [];
  #cursor: number | null = null;

  constructor(app: App, feed: Feed) {
    super();
    this.#app = app;
    this.#feed = feed;
  }

  set paused(paused: boolean) {
    this.#paused = paused;
  }

  protected override connected(): void {
    this.append(this.#moment, this.#box);
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(this.#box);
    const scheme = window.matchMedia("(prefers-color-scheme: dark)");
    this.listen(scheme, "change", () => this.#build());
    this.own(
      () => observer.disconnect(),
      this.#feed.class_changes.on(() => this.#build()),
      this.#app.settings.theme_changes.on(() => this.#build()),
      this.#app.site.ticks.on(() => {
        if (!this.#paused) this.#update();
      }),
    );
    this.#build();
  }

  protected override disconnected(): void {
    for (const plot of this.#plots) plot.destroy();
    this.#plots = [];
  }

  #build(): void {
    for (const plot of this.#plots) plot.destroy();
    const ink: Ink = {
      text: resolve(this, "--text-2"),
      line: resolve(this, "--line"),
      event: resolve(this, "--accent"),
      alert: resolve(this, "--bad"),
    };
    const shares = this.#feed.classes.map(({ name, colour }) => ({ name, colour }));
    const latencies = stages.map((stage) => ({
      name: stage_names[stage]!,
      colour: resolve(this, `--stage-${stage.replace("_", "-")}`),
    }));
    const rates: Curve[] = rate_names.map((name) => ({
      name: curve_names[name]!,
      colour: resolve(this, `--rate-${name.split("_")[0]}`),
    }));
    const moved = (at: number | null) => this.#moved(at);
    this.#plots = [
      new TrendPlot(this.#feed.unit === "share" ? share_style : count_style, shares, ink, moved),
      new TrendPlot(latency_style, latencies, ink, moved),
      new TrendPlot(rate_style, rates, ink, moved),
    ];
    this.#box.replaceChildren(...this.#plots.map((plot) => plot.element));
    this.#resize();
    this.#update();
  }

  #resize(): void {
    const width = this.#box.clientWidth;
    if (width > 0) for (const plot of this.#plots) plot.resize(width);
  }

  #update(): void {
    const { history } = this.#feed;
    const end = this.#app.site.clock.now() - lag_ms;
    this.#times = history.times(end);
    this.#events = device_events(this.#app, this.#feed.device);
    const shares = this.#feed.classes.map(({ index }) =>
      history.series(class_key(index), end, hold_steps, "results"),
    );
    const latencies = stages.map((stage) => history.series(stage_key(stage), end, hold_steps));
    const rates = rate_names.map((name) => history.series(name, end, hold_steps));
    [shares, latencies, rates].forEach((values, i) => {
      this.#plots[i]?.set(this.#times, values, this.#events);
    });
    this.#read();
  }

  // uPlot tells each of the synchronized plots; the first is enough.
  #moved(at: number | null): void {
    if (at === this.#cursor) return;
    this.#cursor = at;
    this.#read();
  }

  #read(): void {
    for (const plot of this.#plots) plot.read(this.#cursor);
    set_text(this.#moment, this.#moment_words());
  }

  // The time under the cursor, and the event there if there is one.
  #moment_words(): string {
    const time = this.#cursor === null ? undefined : this.#times[this.#cursor];
    if (time === undefined) return this.#paused ? "Paused" : "Last two minutes";
    const distance = (event: SiteEvent) => Math.abs(Date.parse(event.time) / 1000 - time);
    const near = this.#events
      .filter((event) => distance(event) < near_event_s)
      .sort((a, b) => distance(a) - distance(b))[0];
    return near ? `${format.clock(time * 1000)}  ${near.text}` : format.clock(time * 1000);
  }
}

// A colour of the style sheet as a canvas understands it (light-dark() is resolved).
function resolve(element: HTMLElement, name: string): string {
  const probe = h("i", { style: `color:var(${name});display:none` });
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

customElements.define("trend-plots", TrendPlots);
