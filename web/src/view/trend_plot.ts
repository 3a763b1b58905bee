import uPlot from "uplot";
import type { SiteEvent } from "../api/types.ts";
import { h } from "../ui/dom.ts";
import * as format from "../ui/format.ts";
import { stack } from "./stack.ts";

export interface Curve {
  name: string;
  colour: string;
}

export interface PlotStyle {
  title: string;
  stacked: boolean;
  height: number;
  time_axis: boolean; // only the lowest plot names the times
  value: (value: number | null) => string;
  axis_value: (value: number) => string;
  top_min: number; // the value axis reaches at least here
  top_max?: number; // and ends here
  named: "always" | "at cursor"; // when the caption lists the curves
}

export interface Ink {
  text: string;
  line: string;
  event: string;
  alert: string;
}

const font = "12px system-ui, sans-serif";
const axis_width = 56;
const sync_key = "fovea";
const named_max = 6;

// One plot with its caption. All plots of a page share their time axis and their cursor.
export class TrendPlot {
  readonly element: HTMLElement;
  readonly #style: PlotStyle;
  readonly #curves: Curve[];
  readonly #ink: Ink;
  readonly #readout = h("span", { class: "readout" });
  readonly #box = h("div", { class: "plot-box" });
  readonly #plot: uPlot;
  #values: (number | null)[][] = [];
  #events: SiteEvent[] = [];

  constructor(style: PlotStyle, curves: Curve[], ink: Ink, moved: (at: number | null) => void) {
    this.#style = style;
    this.#curves = curves;
    this.#ink = ink;
    const caption = h(
      "figcaption",
      {},
      h("span", { class: "plot-title" }, style.title),
      this.#readout,
    );
    this.element = h("figure", { class: "trend" }, caption, this.#box);
    this.#plot = new uPlot(this.#options(moved), [[]], this.#box);
  }

  resize(width: number): void {
    this.#plot.setSize({ width, height: this.#height() });
  }

  set(times: number[], values: (number | null)[][], events: SiteEvent[]): void {
    this.#values = values;
    this.#events = events;
    const drawn = this.#style.stacked ? stack(values) : values;
    this.#plot.setData([times, ...drawn] as uPlot.AlignedData);
  }

  // Names values in the caption: those at step `at`, or the newest.
  read(at: number | null): void {
    if (at === null && this.#style.named === "at cursor") return this.#readout.replaceChildren();
    const found = this.#curves.map((curve, i) => ({ curve, value: value_at(this.#values[i], at) }));
    const named =
      this.#style.named === "always"
        ? found
        : found.sort((a, b) => (b.value ?? 0) - (a.value ?? 0)).slice(0, named_max);
    this.#readout.replaceChildren(
      ...named.map(({ curve, value }) =>
        h(
          "span",
          { class: "curve" },
          h("i", { style: `background:${curve.colour}` }),
          `${curve.name} `,
          h("b", {}, this.#style.value(value)),
        ),
      ),
    );
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #height(): number {
    return this.#style.height + (this.#style.time_axis ? 24 : 0);
  }

  #options(moved: (at: number | null) => void): uPlot.Options {
    const { stacked, top_min, top_max } = this.#style;
    return {
      width: 600,
      height: this.#height(),
      padding: [6, 0, 4, 0],
      legend: { show: false },
      cursor: {
        sync: { key: sync_key, setSeries: false },
        points: { show: !stacked, size: 6 },
        drag: { x: false, y: false },
        y: false,
      },
      scales: {
        x: { time: true, range: (_plot, low, high) => [low, high] },
        y: { range: (_plot, _low, high) => [0, top_max ?? Math.max(top_min, (high ?? 0) * 1.1)] },
      },
      axes: [this.#time_axis(), this.#value_axis()],
      series: [{}, ...this.#curves.map((curve) => this.#series(curve))],
      hooks: {
        draw: [(plot) => this.#draw_events(plot)],
        setCursor: [(plot) => moved(plot.cursor.idx ?? null)],
      },
    };
  }

  #time_axis(): uPlot.Axis {
    const { time_axis } = this.#style;
    const values = (_plot: uPlot, splits: number[]) => splits.map((s) => format.clock(s * 1000));
    return {
      size: time_axis ? 24 : 0,
      stroke: this.#ink.text,
      font,
      space: 90,
      grid: { stroke: this.#ink.line, width: 1 },
      ticks: { show: false },
      values: time_axis ? values : (_plot, splits) => splits.map(() => ""),
    };
  }

  #value_axis(): uPlot.Axis {
    return {
      size: axis_width,
      stroke: this.#ink.text,
      font,
      space: 28,
      grid: { stroke: this.#ink.line, width: 1 },
      ticks: { show: false },
      values: (_plot, splits) => splits.map((value) => this.#style.axis_value(value)),
    };
  }

  #series(curve: Curve): uPlot.Series {
    const common = { label: curve.name, points: { show: false }, spanGaps: false };
    return this.#style.stacked
      ? { ...common, fill: curve.colour, stroke: curve.colour, width: 0.5 }
      : { ...common, stroke: curve.colour, width: 2 };
  }

  // Events stand as lines on the axis.
  #draw_events(plot: uPlot): void {
    const { ctx } = plot;
    const { left, top, width, height } = plot.bbox;
    ctx.save();
    ctx.lineWidth = Math.max(1, devicePixelRatio);
    for (const event of this.#events) {
      const x = Math.round(plot.valToPos(Date.parse(event.time) / 1000, "x", true)) + 0.5;
      if (x < left || x > left + width) continue;
      ctx.strokeStyle = event.kind === "alert" ? this.#ink.alert : this.#ink.event;
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, top + height);
      ctx.stroke();
    }
    ctx.restore();
  }
}

function value_at(values: (number | null)[] | undefined, at: number | null): number | null {
  if (!values) return null;
  if (at !== null) return values[at] ?? null;
  return values.at(-1) ?? values.at(-2) ?? null;
}
