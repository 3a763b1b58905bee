import assert from "node:assert/strict";
import { test } from "node:test";
import { LockRing } from "./lock_ring.ts";

test("a mask finds its own frame among newer ones", () => {
  const ring = new LockRing<string, string>(8, 4);
  for (let i = 1; i <= 5; ++i) assert.equal(ring.add_frame(i, `frame ${i}`), null);
  assert.deepEqual(ring.add_finding(3, "mask 3"), {
    sequence: 3,
    frame: "frame 3",
    finding: "mask 3",
  });
});

test("a mask may come before its frame", () => {
  const ring = new LockRing<string, string>(8, 4);
  assert.equal(ring.add_finding(7, "mask 7"), null);
  assert.equal(ring.add_frame(7, "frame 7")?.finding, "mask 7");
});

test("never goes back in time, never shows one twice", () => {
  const ring = new LockRing<string, string>(8, 4);
  ring.add_frame(1, "frame 1");
  ring.add_frame(2, "frame 2");
  assert.equal(ring.add_finding(2, "mask 2")?.sequence, 2);
  assert.equal(ring.add_finding(1, "mask 1"), null);
  assert.equal(ring.add_finding(2, "again"), null);
});

test("a mask whose frame was skipped or is too old pairs with nothing", () => {
  const ring = new LockRing<string, string>(4, 4);
  for (const i of [1, 2, 4, 5, 6, 7]) ring.add_frame(i, `frame ${i}`);
  assert.equal(ring.add_finding(3, "mask 3"), null);
  assert.equal(ring.add_finding(2, "mask 2"), null);
  assert.equal(ring.add_finding(4, "mask 4")?.frame, "frame 4");
});

test("a camera that counts from one again pairs again", () => {
  const ring = new LockRing<string, string>(4, 4);
  ring.add_frame(1000, "old");
  ring.add_finding(1000, "old mask");
  ring.add_frame(1, "new");
  assert.equal(ring.add_finding(1, "new mask")?.frame, "new");
});
