import assert from "node:assert/strict";
import { test } from "node:test";
import { all_classes, make_palette } from "./palette.ts";

const classes = [
  { index: 0, name: "background", colour: "#000000" },
  { index: 1, name: "part", colour: "#0102ff" },
  { index: 2, name: "robot", colour: "no colour" },
];
const entry = (rgba: Uint8Array, index: number) => [...rgba.subarray(index * 4, index * 4 + 4)];

test("colours as given, background not over the video, unknown hidden", () => {
  const { rgba } = make_palette(classes, all_classes);
  assert.deepEqual(entry(rgba, 0), [0, 0, 0, 128]);
  assert.deepEqual(entry(rgba, 1), [1, 2, 255, 255]);
  assert.deepEqual(entry(rgba, 2), [128, 128, 128, 255]);
  assert.deepEqual(entry(rgba, 3), [0, 0, 0, 0]);
  assert.deepEqual(entry(rgba, 255), [0, 0, 0, 0]);
});

test("solo leaves one, hide takes one away", () => {
  const solo = make_palette(classes, { solo: 2, hidden: new Set([2]) }).rgba;
  assert.deepEqual(
    [0, 1, 2].map((i) => solo[i * 4 + 3]),
    [0, 0, 255],
  );
  const hidden = make_palette(classes, { solo: null, hidden: new Set([1]) }).rgba;
  assert.deepEqual(
    [0, 1, 2].map((i) => hidden[i * 4 + 3]),
    [128, 0, 255],
  );
});

test("every palette has a version of its own", () => {
  assert.notEqual(make_palette([], all_classes).version, make_palette([], all_classes).version);
});
