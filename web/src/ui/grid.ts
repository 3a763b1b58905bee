export interface Grid {
  columns: number;
  tile_width: number;
  tile_height: number;
}

const all_visible_max = 9;
const scroll_tile_width_min = 320;
const one_column_below = 600;

// Side by side reads better than below each other: for that a tile may be a little smaller.
const side_by_side_worth = 0.9;

// The grid in which `count` tiles of one shape are largest, or nearly so. Up to nine fill the window without
// scrolling; more scroll, and so does a narrow window, which has one column.
export function best_grid(
  count: number,
  width: number,
  height: number,
  aspect: number,
  gap: number,
): Grid {
  const width_in = (columns: number) => (width - gap * (columns - 1)) / columns;
  const made = (columns: number, tile_width: number): Grid => ({
    columns,
    tile_width: Math.floor(tile_width),
    tile_height: Math.floor(tile_width / aspect),
  });
  if (width < one_column_below) return made(1, width);
  if (count > all_visible_max) {
    const most = Math.max(1, Math.floor((width + gap) / (scroll_tile_width_min + gap)));
    const columns = Math.min(Math.ceil(Math.sqrt(count)), most);
    return made(columns, width_in(columns));
  }
  let best = made(1, 0);
  for (let columns = 1; columns <= Math.max(1, count); ++columns) {
    const rows = Math.ceil(count / columns);
    const row_height = (height - gap * (rows - 1)) / rows;
    const tile_width = Math.min(width_in(columns), row_height * aspect);
    const least = best.tile_width * (width > height ? side_by_side_worth : 1);
    if (tile_width > least) best = made(columns, tile_width);
  }
  return best;
}
