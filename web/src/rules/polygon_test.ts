import assert from "node:assert/strict";
import { test } from "node:test";
import type { Corner } from "../api/types.ts";
import { corner_at, corners_max, moved_corner, next_corner, with_corner } from "./polygon.ts";

const square: Corner[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

test("a new corner goes into the nearest side", () => {
  assert.deepEqual(with_corner(square, [0.5, 0.1])[0][1], [0.5, 0.1]);
  assert.equal(with_corner(square, [0.9, 0.5])[1], 2);
  assert.equal(with_corner(square, [0.1, 0.5])[1], 4);
  assert.equal(with_corner(square.slice(0, 2), [0.9, 0.9])[1], 2);
});

test("a polygon has only so many corners", () => {
  const many = Array.from({ length: corners_max }, (_, i): Corner => [i / 100, 0.5]);
  assert.equal(with_corner(many, [0.5, 0.5])[0].length, corners_max);
});

test("corners stay on the picture", () => {
  assert.deepEqual(corner_at(-1, 1.5), [0, 1]);
  assert.deepEqual(moved_corner(square, 2, 0.1, -0.25)[2], [1, 0.75]);
});

test("without a pointer corners come one after the other", () => {
  let polygon: Corner[] = [];
  for (let i = 0; i < 5; ++i) polygon = with_corner(polygon, next_corner(polygon))[0];
  assert.equal(polygon.length, 5);
  assert.equal(new Set(polygon.map(String)).size, 5);
});
