import assert from "node:assert/strict";
import { test } from "node:test";
import { stack } from "./stack.ts";

test("the first layer is the sum of all, the last its own curve", () => {
  assert.deepEqual(
    stack([
      [1, 2],
      [10, 20],
      [100, 200],
    ]),
    [
      [111, 222],
      [110, 220],
      [100, 200],
    ],
  );
});

test("a missing value counts as none, a step with none at all is a gap", () => {
  assert.deepEqual(
    stack([
      [1, null],
      [null, null],
    ]),
    [
      [1, null],
      [0, null],
    ],
  );
  assert.deepEqual(stack([]), []);
});
