import type { LogLine } from "../api/types.ts";
import { View, h } from "../ui/dom.ts";
import * as format from "../ui/format.ts";

const levels = ["trace", "debug", "info", "warning", "error", "critical"];
// Names that loggers use for the same levels.
const same: Record<string, string> = { warn: "warning", err: "error" };
const rank = (level: string) => levels.indexOf(same[level] ?? level);

// The newest log lines, filtered by level and by text. Follows the end, unless scrolled up.
export class LogTail extends View {
  readonly #level = h("select", { "aria-label": "Least level" });
  readonly #text = h("input", {
    type: "search",
    placeholder: "Filter",
    "aria-label": "Filter the log",
  });
  readonly #list = h("ol", { tabindex: "0", "aria-label": "Log" });
  #lines: LogLine[] = [];

  protected override connected(): void {
    if (this.firstElementChild) return;
    for (const level of ["debug", "info", "warning", "error"]) {
      this.#level.append(
        h("option", { value: level, selected: level === "info" }, `${level} and above`),
      );
    }
    this.append(h("div", { class: "row" }, this.#level, this.#text), this.#list);
    this.#draw();
    this.listen(this.#level, "change", () => this.#draw());
    this.listen(this.#text, "input", () => this.#draw());
  }

  update(lines: LogLine[]): void {
    const newest = lines.at(-1);
    const known = this.#lines.at(-1);
    const same_lines = lines.length === this.#lines.length && newest?.time === known?.time;
    this.#lines = lines;
    if (!same_lines) this.#draw();
  }

  #draw(): void {
    const least = rank(this.#level.value);
    const words = this.#text.value.toLowerCase();
    const shown = this.#lines.filter(
      (line) =>
        (rank(line.level) < 0 || rank(line.level) >= least) &&
        `${line.level} ${line.component} ${line.message}`.toLowerCase().includes(words),
    );
    const list = this.#list;
    const at_end = list.scrollHeight - list.scrollTop - list.clientHeight < 24;
    list.replaceChildren(
      ...shown.map((line) =>
        h(
          "li",
          { "data-level": same[line.level] ?? line.level },
          h("time", { datetime: line.time }, format.clock(line.time)),
          h("span", { class: "level" }, line.level),
          h("span", { class: "component" }, line.component),
          h("span", { class: "message" }, line.message),
        ),
      ),
    );
    if (shown.length === 0) list.append(h("li", { class: "quiet" }, this.#lines.length > 0 ? "No line matches." : "No line yet."));
    if (at_end) list.scrollTop = list.scrollHeight;
  }
}

customElements.define("log-tail", LogTail);
