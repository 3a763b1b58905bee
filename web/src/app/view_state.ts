import { whole, zoom_max } from "../draw/geometry.ts";
import type { Look } from "../draw/geometry.ts";
import { modes } from "../draw/painter.ts";
import type { Mode } from "../draw/painter.ts";

// How a device is looked at. Kept per browser (all but the look and the classes, which belong to
// one picture), and written into the address, so that reload and share bring the same view back.
export interface ViewState {
  mode: Mode;
  opacity: number; // 0..1
  boxes: boolean;
  lock: boolean;
  look: Look;
  solo: number | null;
  hidden: ReadonlySet<number>;
}

export const default_view: ViewState = {
  mode: "overlay",
  opacity: 0.5,
  boxes: true,
  lock: false,
  look: whole,
  solo: null,
  hidden: new Set(),
};

const is_index = (value: number) => Number.isInteger(value) && value >= 0 && value < 255;
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

function read_look(text: string | null): Look {
  const [zoom, x, y] = (text ?? "").split(",").map(Number);
  if (!zoom || !Number.isFinite(x) || !Number.isFinite(y) || zoom <= 1) return whole;
  return { zoom: Math.min(zoom, zoom_max), x: clamp(x!, 0, 1), y: clamp(y!, 0, 1) };
}

// An address that carries a view (`mode` is always in it) says all of it; one without leaves the
// browser's own settings.
export function read_view(query: string, kept: ViewState): ViewState {
  const params = new URLSearchParams(query);
  const mode = params.get("mode") as Mode | null;
  const base = mode ? default_view : kept;
  const opacity = params.get("opacity");
  const solo = params.get("solo");
  const hidden = (params.get("hide") ?? "").split(",").filter(Boolean).map(Number);
  return {
    mode: mode && modes.includes(mode) ? mode : base.mode,
    opacity: opacity && !Number.isNaN(+opacity) ? clamp(+opacity / 100, 0, 1) : base.opacity,
    boxes: params.has("boxes") ? params.get("boxes") !== "0" : base.boxes,
    lock: params.has("lock") ? params.get("lock") !== "0" : base.lock,
    look: read_look(params.get("zoom")),
    solo: solo && is_index(+solo) ? +solo : null,
    hidden: new Set(hidden.filter(is_index)),
  };
}

// Keeps parameters that are not the view's (such as renderer).
export function write_view(query: string, view: ViewState): string {
  const params = new URLSearchParams(query);
  for (const name of ["opacity", "boxes", "lock", "zoom", "solo", "hide"]) params.delete(name);
  params.set("mode", view.mode);
  if (view.opacity !== default_view.opacity) {
    params.set("opacity", String(Math.round(view.opacity * 100)));
  }
  if (view.boxes !== default_view.boxes) params.set("boxes", "0");
  if (view.lock !== default_view.lock) params.set("lock", "1");
  const { zoom, x, y } = view.look;
  if (zoom > 1) params.set("zoom", `${zoom.toFixed(2)},${x.toFixed(3)},${y.toFixed(3)}`);
  if (view.solo !== null) params.set("solo", String(view.solo));
  if (view.hidden.size > 0) params.set("hide", [...view.hidden].sort((a, b) => a - b).join(","));
  return `?${params.toString().replaceAll("%2C", ",")}`;
}
