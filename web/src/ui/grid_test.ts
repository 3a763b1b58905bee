import assert from "node:assert/strict";
import { test } from "node:test";
import { best_grid } from "./grid.ts";

const aspect = 16 / 9;

for (let count = 1; count <= 9; ++count) {
  test(`${count} tiles are all seen on a desktop and on a wall`, () => {
    for (const [width, height] of [
      [1416, 832],
      [1880, 1020],
      [1000, 500],
    ] as const) {
      const { columns, tile_width, tile_height } = best_grid(count, width, height, aspect, 8);
      const rows = Math.ceil(count / columns);
      assert.ok(columns * tile_width + (columns - 1) * 8 <= width);
      assert.ok(rows * tile_height + (rows - 1) * 8 <= height);
      assert.ok(tile_width > 200, `tiles of ${tile_width}`);
    }
  });
}

test("two side by side on a wide window, below each other on a tall one", () => {
  assert.equal(best_grid(2, 1400, 500, aspect, 8).columns, 2);
  assert.equal(best_grid(2, 1440, 856, aspect, 4).columns, 2);
  assert.equal(best_grid(2, 800, 1200, aspect, 8).columns, 1);
});

test("twenty scroll in readable tiles", () => {
  const { columns, tile_width } = best_grid(20, 1416, 832, aspect, 8);
  assert.equal(columns, 4);
  assert.ok(tile_width >= 320);
});

test("a phone has one column of full width", () => {
  assert.deepEqual(best_grid(9, 412, 800, aspect, 8), {
    columns: 1,
    tile_width: 412,
    tile_height: 231,
  });
});
