export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

// How a view looks at its picture: `zoom` 1 shows all of it; the point (`x`, `y`) of the picture,
// 0..1, lies in the middle.
export interface Look {
  zoom: number;
  x: number;
  y: number;
}

export const whole: Look = { zoom: 1, x: 0.5, y: 0.5 };
export const zoom_max = 16;

// The largest rectangle of the picture's shape in the middle of the canvas.
export function fit(
  canvas_w: number,
  canvas_h: number,
  picture_w: number,
  picture_h: number,
): Rect {
  const scale = Math.min(canvas_w / picture_w, canvas_h / picture_h);
  const width = picture_w * scale;
  const height = picture_h * scale;
  return { x: (canvas_w - width) / 2, y: (canvas_h - height) / 2, width, height };
}

// Where the whole picture lies on the canvas under this look (partly outside when zoomed).
export function place(fitted: Rect, canvas_w: number, canvas_h: number, look: Look): Rect {
  if (look.zoom <= 1) return fitted;
  const width = fitted.width * look.zoom;
  const height = fitted.height * look.zoom;
  return { x: canvas_w / 2 - look.x * width, y: canvas_h / 2 - look.y * height, width, height };
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

// Keeps the picture's edge from coming inside of where it would end unzoomed.
function clamp_centre(at: number, fitted: number, canvas: number, zoom: number): number {
  const half = Math.min(canvas, fitted * zoom) / (2 * fitted * zoom);
  return half >= 0.5 ? 0.5 : clamp(at, half, 1 - half);
}

export function clamp_look(look: Look, fitted: Rect, canvas_w: number, canvas_h: number): Look {
  const zoom = clamp(look.zoom, 1, zoom_max);
  if (zoom === 1) return whole;
  return {
    zoom,
    x: clamp_centre(look.x, fitted.width, canvas_w, zoom),
    y: clamp_centre(look.y, fitted.height, canvas_h, zoom),
  };
}

// Zooms by `factor` so that what is under the canvas point (px, py) stays there.
export function zoom_at(
  look: Look,
  factor: number,
  px: number,
  py: number,
  fitted: Rect,
  canvas_w: number,
  canvas_h: number,
): Look {
  const before = place(fitted, canvas_w, canvas_h, look);
  const u = (px - before.x) / before.width;
  const v = (py - before.y) / before.height;
  const zoom = clamp(look.zoom * factor, 1, zoom_max);
  const x = u - (px - canvas_w / 2) / (fitted.width * zoom);
  const y = v - (py - canvas_h / 2) / (fitted.height * zoom);
  return clamp_look({ zoom, x, y }, fitted, canvas_w, canvas_h);
}
