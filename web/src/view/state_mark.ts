import { set_attribute, svg } from "../ui/dom.ts";
import type { Shown } from "./words.ts";

// The state as a small mark that differs in shape as well as in colour: full for live, half for
// stale, a bar through it for away, two for paused, hollow for connecting and unknown.
export function state_mark(): SVGSVGElement {
  return svg(
    "svg",
    { class: "state-mark", viewBox: "0 0 12 12", "aria-hidden": "true" },
    svg("circle", { class: "ring", cx: 6, cy: 6, r: 4.5 }),
    svg("circle", { class: "full", cx: 6, cy: 6, r: 5 }),
    svg("path", { class: "half", d: "M6 1.5a4.5 4.5 0 0 0 0 9z" }),
    svg("path", { class: "bar", d: "M3 6h6" }),
    svg("path", { class: "bars", d: "M4 1.5v9M8 1.5v9" }),
  );
}

export function set_state(mark: Element, state: Shown): void {
  set_attribute(mark, "data-state", state);
}
