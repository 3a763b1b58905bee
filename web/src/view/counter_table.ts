import type { Counter } from "../api/types.ts";
import { View, h, set_text } from "../ui/dom.ts";
import * as format from "../ui/format.ts";

export function counter_label(counter: Counter): string {
  const labels = Object.entries(counter.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return labels.join(" ");
}

// All counters, with a filter. Rows stay in place while only their values change.
export class CounterTable extends View {
  readonly #text = h("input", {
    type: "search",
    placeholder: "Filter",
    "aria-label": "Filter the counters",
  });
  readonly #body = h("tbody", {});
  #counters: Counter[] = [];
  #drawn = "";

  protected override connected(): void {
    if (this.firstElementChild) return;
    const heads = ["Counter", "Labels", "Value"].map((text) => h("th", { scope: "col" }, text));
    const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.#body);
    const scroll = { class: "scroll", tabindex: "0", role: "region", "aria-label": "Counters" };
    this.append(h("div", { class: "row" }, this.#text), h("div", scroll, table));
    this.listen(this.#text, "input", () => this.#draw());
  }

  update(counters: Counter[]): void {
    this.#counters = counters;
    this.#draw();
  }

  #draw(): void {
    const words = this.#text.value.toLowerCase();
    const shown = this.#counters.filter((counter) =>
      `${counter.name} ${counter_label(counter)}`.toLowerCase().includes(words),
    );
    const drawn = JSON.stringify(shown.map((counter) => [counter.name, counter.labels]));
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      const rows = shown.map((counter) =>
        h(
          "tr",
          {},
          h("td", {}, counter.name),
          h("td", { class: "quiet" }, counter_label(counter)),
          h("td", { class: "value" }),
        ),
      );
      this.#body.replaceChildren(...rows);
    }
    shown.forEach((counter, i) => {
      const cell = this.#body.rows[i]?.cells[2];
      if (cell) set_text(cell, format.count(counter.value));
    });
  }
}

customElements.define("counter-table", CounterTable);
