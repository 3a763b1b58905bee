import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "../api/types.ts";
import { amounts } from "./amounts.ts";
import { History, class_key, stage_key, steps } from "./history.ts";

const start = Date.parse("2026-11-24T06:00:00Z");

function result(at_ms: number, shares: [number, number][], infer: number): Result {
  return {
    site: "site",
    device: "cam1",
    frameseq: 1,
    captured: new Date(at_ms).toISOString(),
    model: { name: "m", version: "1" },
    inferred: true,
    width: 640,
    height: 360,
    classes: shares.map(([index, share]) => ({ index, name: `${index}`, share, confidence: null })),
    boxes: [],
    timings_ms: { infer },
  };
}

const add = (history: History, found: Result) => history.add_result(found, amounts(found, []));

test("results of one step are averaged, a class not named counts as none", () => {
  const history = new History();
  add(history, result(start, [[1, 0.5]], 10));
  add(history, result(start + 100, [[2, 0.2]], 30));
  assert.equal(history.series(class_key(1), start + 400, 0, "results").at(-1), 0.25);
  assert.equal(history.series(class_key(2), start + 400, 0, "results").at(-1), 0.1);
  assert.equal(history.series(class_key(3), start + 400, 0, "results").at(-1), 0);
  assert.equal(history.series(stage_key("infer"), start + 400).at(-1), 20);
});

test("a step without results is a gap, unless held", () => {
  const history = new History();
  add(history, result(start, [[1, 0.5]], 10));
  const end = start + 1500;
  assert.deepEqual(history.series(stage_key("infer"), end).slice(-4), [10, null, null, null]);
  assert.deepEqual(history.series(stage_key("infer"), end, 2).slice(-4), [10, 10, 10, null]);
});

test("what is older than two minutes is gone, also after a long pause", () => {
  const history = new History();
  add(history, result(start, [[1, 0.5]], 10));
  const later = start + steps * 500;
  assert.ok(history.series(stage_key("infer"), later).every((value) => value === null));
  add(history, result(later, [[1, 0.5]], 12));
  assert.equal(history.series(stage_key("infer"), later).filter((v) => v !== null).length, 1);
});

test("a skipped frame adds nothing; rates have their own values", () => {
  const history = new History();
  add(history, { ...result(start, [[1, 1]], 10), inferred: false });
  assert.equal(history.series(stage_key("infer"), start).at(-1), null);
  const none = { result_fps: null, dropped_per_s: null, skipped_per_s: null };
  history.add_rates(start, { ...none, video_fps: 15 });
  assert.equal(history.series("video_fps", start).at(-1), 15);
  assert.equal(history.series("result_fps", start).at(-1), null);
});

test("times and series have one length and end together", () => {
  const history = new History();
  const times = history.times(start);
  assert.equal(times.length, history.series("video_fps", start).length);
  assert.equal(times.at(-1), start / 1000);
});
