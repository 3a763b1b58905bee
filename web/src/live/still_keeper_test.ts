import assert from "node:assert/strict";
import { test } from "node:test";
import { StillKeeper } from "./still_keeper.ts";

interface Frame {
  header: { sequence: number; key: boolean };
}

const frame = (sequence: number, key = true): Frame => ({ header: { sequence, key } });
const keeper = () => new StillKeeper<Frame, string, string>(4, 12, 3);
type Kept = ReturnType<typeof keeper>;
const newest = (kept: Kept) => kept.newest;
const numbers = (kept: Kept) => newest(kept)?.frames.map((item) => item.header.sequence);

test("a frame is kept with its own mask and its own result, not with newer ones", () => {
  const kept = keeper();
  for (let i = 1; i <= 3; ++i) kept.add_frame(frame(i));
  kept.add_mask(2, "mask 2");
  assert.equal(newest(kept), null, "its result has not come");
  kept.add_mask(3, "mask 3");
  kept.add_result(2, "result 2", true);
  assert.deepEqual(newest(kept), { frames: [frame(2)], mask: "mask 2", result: "result 2" });
  kept.add_frame(frame(4));
  kept.add_result(4, "result 4", true);
  assert.equal(newest(kept)?.result, "result 2", "its mask was overtaken by another");
});

test("mask and result may come before their frame", () => {
  const kept = keeper();
  kept.add_mask(7, "mask 7");
  kept.add_result(7, "result 7", true);
  assert.equal(newest(kept), null);
  kept.add_frame(frame(7));
  assert.equal(newest(kept)!.mask, "mask 7");
});

test("a detector has results without masks", () => {
  const kept = keeper();
  kept.add_frame(frame(1));
  kept.add_result(1, "boxes", false);
  assert.deepEqual(newest(kept), { frames: [frame(1)], mask: null, result: "boxes" });
});

test("what was found stays, however many frames follow", () => {
  const kept = keeper();
  kept.add_frame(frame(1));
  kept.add_result(1, "one", false);
  for (let i = 2; i < 100; ++i) kept.add_frame(frame(i));
  assert.deepEqual(numbers(kept), [1]);
  kept.add_result(95, "too late", false);
  assert.deepEqual(numbers(kept), [1], "that frame is gone");
  kept.add_result(97, "in time", false);
  assert.deepEqual(numbers(kept), [97]);
});

test("a frame of H.264 comes with all it builds on", () => {
  const kept = keeper();
  for (let i = 1; i <= 8; ++i) kept.add_frame(frame(i, i === 1 || i === 6));
  kept.add_result(5, "five", false);
  assert.deepEqual(numbers(kept), [1, 2, 3, 4, 5]);
  kept.add_result(8, "eight", false);
  assert.deepEqual(numbers(kept), [6, 7, 8]);
  kept.add_frame(frame(9, false));
  kept.add_result(4, "four", false);
  assert.deepEqual(numbers(kept), [6, 7, 8], "the first group is gone: four others are there");
});

test("a group without end is given up, not kept in part", () => {
  const kept = keeper();
  for (let i = 1; i <= 14; ++i) kept.add_frame(frame(i, i === 1));
  kept.add_result(14, "fourteen", false);
  assert.equal(newest(kept), null, "its key frame is gone");
  kept.add_frame(frame(15));
  kept.add_frame(frame(16, false));
  kept.add_result(16, "sixteen", false);
  assert.deepEqual(numbers(kept), [15, 16]);
});

test("numbers of a camera that was started again mean other frames", () => {
  const kept = keeper();
  kept.add_frame(frame(50));
  kept.add_mask(2, "of the run before");
  kept.add_frame(frame(1));
  kept.add_frame(frame(2));
  kept.add_result(2, "two", true);
  assert.equal(newest(kept), null);
  kept.add_frame(frame(2)); // again
  kept.add_mask(2, "mask 2");
  assert.deepEqual(newest(kept), { frames: [frame(2)], mask: "mask 2", result: "two" });
});
