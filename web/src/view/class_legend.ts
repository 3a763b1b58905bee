import type { ClassInfo, ClassShare, Result } from "../api/types.ts";
import type { App } from "../app/app.ts";
import type { ViewState } from "../app/view_state.ts";
import { is_shown } from "../draw/palette.ts";
import type { Feed } from "../live/feed.ts";
import { amounts } from "../live/amounts.ts";
import { class_key, steps } from "../live/history.ts";
import { View, h, set_attribute, set_text, svg } from "../ui/dom.ts";
import * as format from "../ui/format.ts";
import { Smooth } from "../ui/smooth.ts";
import { model_is_coming } from "./words.ts";

const spark_width = 72;
const spark_height = 20;
const smoothing_ms = 1000;
// A longer list shows only what was seen in the last two minutes, and folds the rest.
const rows_unfolded_max = 24;

interface Row {
  info: ClassInfo;
  element: HTMLElement;
  solo: HTMLButtonElement;
  hide: HTMLButtonElement;
  share: HTMLElement;
  certainty: HTMLElement;
  spark: SVGPathElement;
  smooth: Smooth;
  certainty_smooth: Smooth;
}

type Change = (change: Pick<ViewState, "solo" | "hidden">) => void;

// The classes with their share, or a detector's with their number, two minutes of history, and how
// sure the model is of each where it tells. The name solos a class, the eye hides it.
export class ClassLegend extends View {
  paused = false;
  #still: Result | null = null;
  readonly #app: App;
  readonly #feed: Feed;
  readonly #change: Change;
  readonly #fold = h("button", { type: "button", class: "button fold", "aria-expanded": "false" });
  #rows: Row[] = [];
  #unfolded = false;
  #view: ViewState;

  constructor(app: App, feed: Feed, view: ViewState, change: Change) {
    super();
    this.#app = app;
    this.#feed = feed;
    this.#view = view;
    this.#change = change;
    this.#fold.addEventListener("click", () => {
      this.#unfolded = !this.#unfolded;
      this.#update_numbers();
    });
  }

  // Of the very frame that is on the screen while it is paused.
  set still(result: Result | null) {
    this.#still = result;
    this.#update_numbers();
  }

  update(view: ViewState): void {
    this.#view = view;
    for (const row of this.#rows) {
      const { index } = row.info;
      const shown = is_shown(index, view);
      row.element.dataset.shown = String(shown);
      set_attribute(row.solo, "aria-pressed", String(view.solo === index));
      set_attribute(row.hide, "aria-pressed", String(view.hidden.has(index)));
    }
  }

  protected override connected(): void {
    this.#build();
    this.own(
      this.#feed.class_changes.on(() => this.#build()),
      this.#app.site.ticks.on(() => this.#update_numbers()),
      this.#app.site.device_changes.on(() => this.#update_waiting()),
    );
  }

  // The room for classes is kept while they are on their way: what is below stays where it is.
  #update_waiting(): void {
    const device = this.#app.site.device(this.#feed.device);
    const waiting = this.#rows.length === 0 && (!device || model_is_coming(device));
    set_attribute(this, "data-waiting", String(waiting));
  }

  #build(): void {
    const names = (infos: ClassInfo[]) => infos.map((info) => info.name).join();
    const before = names(this.#rows.map((row) => row.info));
    // What was chosen was chosen by index: of another model's classes it would be others.
    if (before && before !== names(this.#feed.classes)) {
      this.#change({ solo: null, hidden: new Set() });
    }
    this.#rows = this.#feed.classes.map((info) => this.#make_row(info));
    this.#update_waiting();
    if (this.#rows.length === 0) {
      this.replaceChildren(h("p", { class: "quiet" }, "No classes until a model runs."));
      return;
    }
    this.replaceChildren(h("ul", {}, ...this.#rows.map((row) => row.element)), this.#fold);
    this.update(this.#view);
    this.#update_numbers();
  }

  #make_row(info: ClassInfo): Row {
    const share = h("span", { class: "share" });
    // In the row's title where there is no room for it, but always read out.
    const certainty = h("span", { class: "certainty off-screen" });
    const line = svg("path", { style: `stroke:${info.colour}` });
    const box = `0 0 ${spark_width} ${spark_height}`;
    const spark = svg("svg", { class: "spark", viewBox: box, "aria-hidden": "true" }, line);
    const solo = h(
      "button",
      { type: "button", class: "solo", title: `Show only ${info.name}` },
      h("i", { style: `background:${info.colour}` }),
      h("span", { class: "class-name" }, info.name),
    );
    const hide = h("button", { type: "button", class: "hide", title: `Hide ${info.name}` });
    hide.setAttribute("aria-label", `Hide ${info.name}`);
    hide.append(eye());
    solo.addEventListener("click", () => this.#solo(info.index));
    hide.addEventListener("click", () => this.#hide(info.index));
    return {
      info,
      element: h("li", {}, solo, spark, share, certainty, hide),
      solo,
      hide,
      share,
      certainty,
      spark: line,
      smooth: new Smooth(smoothing_ms),
      certainty_smooth: new Smooth(smoothing_ms),
    };
  }

  #solo(index: number): void {
    this.#change({ solo: this.#view.solo === index ? null : index, hidden: this.#view.hidden });
  }

  #hide(index: number): void {
    const hidden = new Set(this.#view.hidden);
    if (!hidden.delete(index)) hidden.add(index);
    this.#change({ solo: null, hidden });
  }

  #update_numbers(): void {
    const still = this.#still;
    if (this.paused && !still) return;
    const { current_result, history, classes, unit } = this.#feed;
    const result = still ?? current_result;
    const found = result ? amounts(result, classes) : null;
    let folded = 0;
    const now = performance.now();
    const end = this.#app.site.clock.now();
    for (const row of this.#rows) {
      const amount = found ? (found.get(row.info.index) ?? 0) : null;
      const value = unit === "share" && !still ? row.smooth.add(amount, now) : amount;
      set_text(row.share, unit === "share" ? format.share(value) : format.count(value));
      const { confidence = null } = result?.classes.find(of_row(row)) ?? {};
      const sure = still ? confidence : row.certainty_smooth.add(confidence, now);
      const certainty = format.certainty(sure);
      set_text(row.certainty, certainty);
      row.element.title = certainty && `${row.info.name}: ${certainty}`;
      row.element.dataset.present = String((value ?? 0) > 0.0005);
      if (still) continue; // the two minutes before stay as they are
      const values = history.series(class_key(row.info.index), end, 4, "results");
      set_attribute(row.spark, "d", spark_path(values));
      const fold = this.#rows.length > rows_unfolded_max && !this.#matters(row, values);
      if (fold) ++folded;
      row.element.hidden = fold && !this.#unfolded;
    }
    if (still) return;
    this.#fold.hidden = folded === 0;
    set_attribute(this.#fold, "aria-expanded", String(this.#unfolded));
    const more = `${folded} more, not seen in the last two minutes`;
    set_text(this.#fold, this.#unfolded ? `Hide ${folded} that were not seen` : more);
  }

  // Seen of late, or chosen by hand: never folded away.
  #matters({ info }: Row, values: (number | null)[]): boolean {
    if (this.#view.solo === info.index || this.#view.hidden.has(info.index)) return true;
    return values.some((value) => (value ?? 0) > 0);
  }
}

const of_row = (row: Row) => (item: ClassShare) => item.index === row.info.index;

// Each class on its own scale from 0, so that small classes show their movement too.
function spark_path(values: (number | null)[]): string {
  const top = Math.max(0.01, ...values.map((value) => value ?? 0));
  let path = "";
  let pen_down = false;
  values.forEach((value, i) => {
    if (value === null) {
      pen_down = false;
      return;
    }
    const x = (i / (steps - 1)) * spark_width;
    const y = spark_height - 1.5 - (value / top) * (spark_height - 3);
    path += `${pen_down ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen_down = true;
  });
  return path;
}

function eye(): SVGSVGElement {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: "M1.5 8C3 5 5.3 3.5 8 3.5S13 5 14.5 8C13 11 10.7 12.5 8 12.5S3 11 1.5 8z" }),
    svg("circle", { cx: 8, cy: 8, r: 2 }),
    svg("path", { class: "strike", d: "M2.5 13.5l11-11" }),
  );
}

customElements.define("class-legend", ClassLegend);
