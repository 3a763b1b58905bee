import assert from "node:assert/strict";
import { test } from "node:test";
import type { SystemDevice } from "../api/types.ts";
import { DropRateMeter } from "./drop_rates.ts";

function device(id: string, queue: number): SystemDevice {
  const dropped = { camera: 0, queue, viewer: null };
  const rates = { camera_fps: 15, received_fps: 15, inferred_fps: 6, gated_fps: 0, viewer_fps: 15 };
  return { id, ...rates, dropped };
}

test("rates are over the last seconds, not since the start", () => {
  const meter = new DropRateMeter();
  assert.equal(meter.add([device("a", 5000)], 0).get("a")?.queue, 0);
  let rates = new Map();
  for (let s = 1; s <= 20; ++s) rates = meter.add([device("a", 5000 + 9 * s)], s * 1000);
  assert.ok(Math.abs(rates.get("a").queue - 9) < 0.01);
});

test("a total that starts again is no negative rate, a new device no burst", () => {
  const meter = new DropRateMeter();
  meter.add([device("a", 500)], 0);
  const rates = meter.add([device("a", 3), device("b", 700)], 1000);
  assert.equal(rates.get("a")?.queue, 0);
  assert.equal(rates.get("b")?.queue, 0);
});
