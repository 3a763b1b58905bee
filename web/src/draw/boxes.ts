import type { ClassInfo, Result } from "../api/types.ts";
import type { Rect } from "./geometry.ts";
import { is_shown, parse_colour } from "./palette.ts";
import type { Selection } from "./palette.ts";

const label_height = 18;
// Among many boxes the small ones go without words: they would hide each other.
const few_boxes = 8;
const wide_label = 1.6;
const label_font = "600 12px system-ui, sans-serif";

// Black or white, whichever reads better on the colour.
function ink_on(colour: string): string {
  const [r, g, b] = parse_colour(colour) ?? [0, 0, 0];
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#000" : "#fff";
}

// Draws the boxes of the selected classes in CSS pixels; `place` is where the whole picture lies.
export function draw_boxes(
  context: CanvasRenderingContext2D,
  result: Result,
  classes: readonly ClassInfo[],
  selection: Selection,
  place: Rect,
  labels: boolean,
): void {
  const scale_x = place.width / result.width;
  const scale_y = place.height / result.height;
  context.font = label_font;
  context.textBaseline = "middle";
  for (const { label, score, box } of result.boxes) {
    const info = classes.find((known) => known.name === label);
    if (info && !is_shown(info.index, selection)) continue;
    const colour = info?.colour ?? "#ffffff";
    const x = place.x + box[0] * scale_x;
    const y = place.y + box[1] * scale_y;
    context.lineWidth = 4;
    context.strokeStyle = "rgb(0 0 0 / 45%)";
    context.strokeRect(x, y, box[2] * scale_x, box[3] * scale_y);
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.strokeRect(x, y, box[2] * scale_x, box[3] * scale_y);
    if (!labels) continue;
    const text = `${label} ${score.toFixed(2)}`;
    const width = context.measureText(text).width + 8;
    if (result.boxes.length > few_boxes && width > wide_label * box[2] * scale_x) continue;
    const top = y >= label_height ? y - label_height : y;
    context.fillStyle = colour;
    context.fillRect(x - 1, top, width, label_height);
    context.fillStyle = ink_on(colour);
    context.fillText(text, x + 3, top + label_height / 2 + 0.5);
  }
}
