import type { Corner } from "../api/types.ts";
import { polygons_of } from "../rules/draft.ts";
import {
  corner_at,
  corners_min,
  moved_corner,
  next_corner,
  with_corner,
  without_corner,
} from "../rules/polygon.ts";
import type { RuleBook } from "../rules/rule_book.ts";
import { View, set_attribute, svg } from "../ui/dom.ts";
import type { LiveView } from "./live_view.ts";

const step = 0.01;
const large_step = 0.05;
const steps: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Editing {
  polygon: Corner[];
  changed: (polygon: Corner[]) => void;
}

// The zones of a device's rules over its picture. While one is edited, a click on the picture sets
// a corner, corners are dragged, and each is a button that arrows move and Delete removes.
export class ZoneLayer extends View {
  readonly #live: LiveView;
  readonly #book: RuleBook;
  readonly #device: string;
  readonly #shapes = svg("g", { "aria-hidden": "true" });
  readonly #edited = svg("g", {});
  readonly #svg = svg("svg", { class: "zones" }, this.#shapes, this.#edited);
  #editing: Editing | null = null;
  #edited_rule = "";
  #drawn = "";
  #dragged = -1;

  constructor(live: LiveView, book: RuleBook, device: string) {
    super();
    this.#live = live;
    this.#book = book;
    this.#device = device;
  }

  // Null ends it. `rule` is the name of the rule that is edited: its zone is not drawn twice.
  edit(editing: Editing | null, rule = ""): void {
    this.#editing = editing;
    this.#edited_rule = rule;
    this.dataset.editing = String(editing !== null);
    this.#redraw();
  }

  add_corner(at = next_corner(this.#editing?.polygon ?? [])): void {
    if (!this.#editing) return;
    const [polygon, place] = with_corner(this.#editing.polygon, at);
    this.#change(polygon);
    this.#focus(place);
  }

  protected override connected(): void {
    this.append(this.#svg);
    this.dataset.editing = "false";
    this.own(
      this.#live.drawn.on(() => this.#draw()),
      this.#book.changes.on(() => this.#redraw()),
    );
    this.listen(this.#svg, "pointerdown", (event) => this.#down(event));
    this.listen(this.#svg, "pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      this.listen(this.#svg, name, () => (this.#dragged = -1));
    }
    this.listen(this.#svg, "keydown", (event) => this.#key(event));
    this.#draw();
  }

  #redraw(): void {
    this.#drawn = "";
    this.#draw();
  }

  // In CSS pixels of the view.
  get #place(): { x: number; y: number; width: number; height: number } {
    const { ratio } = this.#live.layout;
    const { x, y, width, height } = this.#live.placed;
    return { x: x / ratio, y: y / ratio, width: width / ratio, height: height / ratio };
  }

  #draw(): void {
    const place = this.#place;
    const key = JSON.stringify([place, this.clientWidth, this.clientHeight]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const at = ([x, y]: Corner): Corner => [place.x + x * place.width, place.y + y * place.height];
    const shapes = this.#book
      .of(this.#device)
      .filter((rule) => rule.enabled && rule.name !== this.#edited_rule)
      .flatMap((rule) =>
        polygons_of(rule).flatMap((polygon) => {
          const state = rule.status.raised ? "raised" : "quiet";
          const corners = polygon.map(at);
          const [x, y] = corners.reduce((top, corner) => (corner[1] < top[1] ? corner : top));
          return [
            svg("polygon", { points: corners.join(" "), "data-state": state }),
            svg("text", { x, y: Math.max(14, y - 6), "data-state": state }, rule.name),
          ];
        }),
      );
    this.#shapes.replaceChildren(...shapes);
    this.#draw_edited(this.#editing?.polygon.map(at) ?? []);
  }

  // What is focused or dragged stays the same element as long as the number of corners does.
  #draw_edited(corners: Corner[]): void {
    const count = corners.length;
    let handles = this.#edited.querySelectorAll<SVGCircleElement>("circle");
    if (handles.length !== count) {
      const focused = this.#focused();
      const outline = svg(count < corners_min ? "polyline" : "polygon", { "data-state": "edited" });
      const made = corners.map((_, i) =>
        svg("circle", { r: 8, role: "button", tabindex: 0, "data-corner": i }),
      );
      this.#edited.replaceChildren(...(count > 0 ? [outline, ...made] : []));
      handles = this.#edited.querySelectorAll<SVGCircleElement>("circle");
      if (focused >= 0) this.#focus(Math.min(focused, count - 1));
    }
    if (count === 0) return;
    set_attribute(this.#edited.firstElementChild!, "points", corners.join(" "));
    handles.forEach((handle, i) => {
      const [u, v] = this.#editing!.polygon[i]!.map((part) => Math.round(100 * part));
      const label = `Corner ${i + 1} of ${count}: ${u} % from the left, ${v} % from the top`;
      set_attribute(handle, "cx", String(corners[i]![0]));
      set_attribute(handle, "cy", String(corners[i]![1]));
      set_attribute(handle, "aria-label", label);
    });
  }

  #change(polygon: Corner[]): void {
    if (!this.#editing) return;
    this.#editing.polygon = polygon;
    this.#redraw();
    this.#editing.changed(polygon);
  }

  #corner_of(event: PointerEvent): Corner {
    const box = this.getBoundingClientRect();
    const { x, y, width, height } = this.#place;
    return corner_at((event.clientX - box.left - x) / width, (event.clientY - box.top - y) / height);
  }

  #down(event: PointerEvent): void {
    if (!this.#editing || event.button !== 0) return;
    const corner = (event.target as Element).getAttribute("data-corner");
    if (corner === null) this.add_corner(this.#corner_of(event));
    this.#dragged = corner === null ? this.#focused() : Number(corner);
    this.#focus(this.#dragged);
    this.#svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  #move(event: PointerEvent): void {
    if (!this.#editing || this.#dragged < 0) return;
    const at = this.#corner_of(event);
    this.#change(this.#editing.polygon.map((corner, i) => (i === this.#dragged ? at : corner)));
  }

  #key(event: KeyboardEvent): void {
    const corner = this.#focused();
    if (!this.#editing || corner < 0) return;
    const direction = steps[event.key];
    const size = event.shiftKey ? large_step : step;
    if (direction) {
      const [x, y] = direction;
      this.#change(moved_corner(this.#editing.polygon, corner, x * size, y * size));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.#change(without_corner(this.#editing.polygon, corner));
    } else {
      return;
    }
    event.preventDefault();
  }

  #focused(): number {
    const element = document.activeElement;
    if (!element || !this.#svg.contains(element)) return -1;
    return Number(element.getAttribute("data-corner") ?? -1);
  }

  #focus(corner: number): void {
    this.#svg.querySelector<SVGElement>(`[data-corner="${corner}"]`)?.focus();
  }
}

// Only a change is written: what is read aloud stays quiet.
export function describe_corners(element: Element, count: number): void {
  const missing = corners_min - count;
  const words =
    missing > 0
      ? `Click on the picture to set ${missing === 3 ? "three corners or more" : `${missing} more`}.`
      : "Drag corners to move them; a click on the picture adds one.";
  if (element.textContent !== words) element.textContent = words;
  set_attribute(element, "data-corners", String(count));
}

customElements.define("zone-layer", ZoneLayer);
