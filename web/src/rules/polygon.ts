import type { Corner } from "../api/types.ts";

export const corners_min = 3;
export const corners_max = 64;

const clamp = (value: number) => Math.min(1, Math.max(0, value));
const tidy = (value: number) => Math.round(clamp(value) * 10_000) / 10_000;

export const corner_at = (x: number, y: number): Corner => [tidy(x), tidy(y)];

function distance_to_side(at: Corner, from: Corner, to: Corner): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((at[0] - from[0]) * dx + (at[1] - from[1]) * dy) / length;
  const t = clamp(along);
  return Math.hypot(at[0] - from[0] - t * dx, at[1] - from[1] - t * dy);
}

// The polygon with one more corner: at its end while it is being begun, later in the nearest side.
// And where the corner stands.
export function with_corner(polygon: readonly Corner[], at: Corner): [Corner[], number] {
  if (polygon.length >= corners_max) return [[...polygon], polygon.length - 1];
  let place = polygon.length;
  if (polygon.length >= corners_min) {
    let nearest = Infinity;
    polygon.forEach((from, i) => {
      const distance = distance_to_side(at, from, polygon[(i + 1) % polygon.length]!);
      if (distance < nearest) [nearest, place] = [distance, i + 1];
    });
  }
  return [[...polygon.slice(0, place), at, ...polygon.slice(place)], place];
}

const first_corners: Corner[] = [
  [0.35, 0.35],
  [0.65, 0.35],
  [0.65, 0.65],
];

// Where a corner comes that is added without pointing: a triangle first, then the middle of the
// side that closes the polygon.
export function next_corner(polygon: readonly Corner[]): Corner {
  const begun = first_corners[polygon.length];
  if (begun) return begun;
  const [last, first] = [polygon.at(-1)!, polygon[0]!];
  return corner_at((last[0] + first[0]) / 2, (last[1] + first[1]) / 2);
}

export function without_corner(polygon: readonly Corner[], at: number): Corner[] {
  return polygon.filter((_, i) => i !== at);
}

export function moved_corner(
  polygon: readonly Corner[],
  at: number,
  by_x: number,
  by_y: number,
): Corner[] {
  return polygon.map((corner, i) =>
    i === at ? corner_at(corner[0] + by_x, corner[1] + by_y) : corner,
  );
}
