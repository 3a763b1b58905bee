import type { Rect } from "./geometry.ts";

const stripe = 8; // CSS pixels between two lines

// Hatches the areas that the camera has blacked out: one sees that nothing is broken there, and
// that something is kept from everybody. Corners are 0..1 of the picture, which is at `place`.
export function draw_privacy(
  context: CanvasRenderingContext2D,
  areas: readonly (readonly [number, number])[][],
  place: Rect,
): void {
  for (const area of areas) {
    const corners = area.map(
      ([x, y]) => [place.x + x * place.width, place.y + y * place.height] as const,
    );
    const xs = corners.map(([x]) => x);
    const ys = corners.map(([, y]) => y);
    const [left, right, top, bottom] = [
      Math.min(...xs),
      Math.max(...xs),
      Math.min(...ys),
      Math.max(...ys),
    ];
    context.save();
    context.beginPath();
    corners.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.closePath();
    context.strokeStyle = "rgb(160 166 172 / 70%)";
    context.lineWidth = 1;
    context.stroke();
    context.clip();
    context.beginPath();
    const height = bottom - top;
    for (let x = left - height; x < right; x += stripe) {
      context.moveTo(x, bottom);
      context.lineTo(x + height, top);
    }
    context.stroke();
    context.restore();
  }
}
