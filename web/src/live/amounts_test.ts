import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "../api/types.ts";
import { amounts, unit_of } from "./amounts.ts";

const classes = ["person", "car"].map((name, index) => ({ index, name, colour: "#000000" }));
const result: Result = {
  site: "site",
  device: "cam1",
  frameseq: 1,
  captured: "2026-11-24T06:00:00Z",
  model: { name: "m", version: "1" },
  inferred: true,
  width: 640,
  height: 360,
  classes: [],
  boxes: [],
  timings_ms: {},
};

test("a detector's classes are counted by their boxes", () => {
  const box = { label: "car", score: 0.9, box: [0, 0, 9, 9] as [number, number, number, number] };
  const cars = { ...result, boxes: [box, box, { ...box, label: "unknown" }] };
  assert.equal(unit_of(cars), "count");
  assert.deepEqual([...amounts(cars, classes)], [[1, 2]]);
  assert.equal(amounts(result, classes).size, 0);
});

test("a segmentation's classes have shares, whatever its boxes", () => {
  const shares = {
    ...result,
    classes: [{ index: 1, name: "car", share: 0.25, confidence: null }],
    boxes: [{ label: "car", score: 1, box: [0, 0, 9, 9] as [number, number, number, number] }],
  };
  assert.equal(unit_of(shares), "share");
  assert.deepEqual([...amounts(shares, classes)], [[1, 0.25]]);
});
