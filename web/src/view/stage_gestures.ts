import { clamp_look, whole, zoom_at } from "../draw/geometry.ts";
import type { Look } from "../draw/geometry.ts";
import type { Off } from "../live/emitter.ts";
import type { LiveView } from "./live_view.ts";

const wheel_zoom = 1.0015;
const step_zoom = 1.5;
const opacity_step = 0.05;

export interface GestureResults {
  look: (look: Look) => void;
  opacity_by: (change: number) => void;
}

// Pointer and wheel on the stage: pinch, or wheel with Ctrl, zooms where the fingers are; a drag
// pans what is zoomed; wheel with Shift changes the opacity; a double click zooms in and out. The
// plain wheel stays the page's own scrolling.
export class StageGestures {
  readonly #live: LiveView;
  readonly #results: GestureResults;
  readonly #pointers = new Map<number, { x: number; y: number }>();

  constructor(live: LiveView, results: GestureResults) {
    this.#live = live;
    this.#results = results;
  }

  attach(): Off {
    const controller = new AbortController();
    const { signal } = controller;
    const live = this.#live;
    live.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    live.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    live.addEventListener("pointermove", (event) => this.#move(event), { signal });
    for (const name of ["pointerup", "pointercancel"] as const) {
      live.addEventListener(name, (event) => this.#pointers.delete(event.pointerId), { signal });
    }
    live.addEventListener("dblclick", (event) => this.#double(event), { signal });
    return () => controller.abort();
  }

  // +1 in, -1 out, 0 the whole picture; around the middle.
  step(direction: number): void {
    if (direction === 0) return this.#results.look(whole);
    const { clientWidth, clientHeight } = this.#live;
    this.#zoom(step_zoom ** direction, clientWidth / 2, clientHeight / 2);
  }

  // At a place in CSS pixels of the view.
  #zoom(factor: number, x: number, y: number): void {
    const { width, height, ratio, fitted } = this.#live.layout;
    const { look } = this.#live.view;
    this.#results.look(zoom_at(look, factor, x * ratio, y * ratio, fitted, width, height));
  }

  #pan(dx: number, dy: number): void {
    const { width, height, ratio, fitted } = this.#live.layout;
    const { look } = this.#live.view;
    if (look.zoom <= 1) return;
    const x = look.x - (dx * ratio) / (fitted.width * look.zoom);
    const y = look.y - (dy * ratio) / (fitted.height * look.zoom);
    this.#results.look(clamp_look({ zoom: look.zoom, x, y }, fitted, width, height));
  }

  #at(event: MouseEvent): { x: number; y: number } {
    const box = this.#live.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #wheel(event: WheelEvent): void {
    // Some systems turn the wheel sideways while Shift is held.
    const turn = event.deltaY || event.deltaX;
    const { x, y } = this.#at(event);
    if (event.shiftKey) this.#results.opacity_by(-Math.sign(turn) * opacity_step);
    else if (event.ctrlKey || event.metaKey) this.#zoom(wheel_zoom ** -turn, x, y);
    else return;
    event.preventDefault();
  }

  #double(event: MouseEvent): void {
    if (this.#live.view.look.zoom > 1) return this.#results.look(whole);
    const { x, y } = this.#at(event);
    this.#zoom(2, x, y);
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#pointers.set(event.pointerId, this.#at(event));
    if (this.#live.view.look.zoom > 1) this.#live.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    if (event.buttons === 0) return void this.#pointers.delete(event.pointerId); // let go elsewhere
    const now = this.#at(event);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    if (!other) return this.#pan(now.x - before.x, now.y - before.y);
    const distance = (a: { x: number; y: number }) => Math.hypot(a.x - other.x, a.y - other.y);
    const factor = distance(now) / Math.max(1, distance(before));
    this.#zoom(factor, (now.x + other.x) / 2, (now.y + other.y) / 2);
    this.#pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  }
}
