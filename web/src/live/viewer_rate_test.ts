import assert from "node:assert/strict";
import { test } from "node:test";
import { ViewerRate } from "./viewer_rate.ts";

function fed(seconds: number, sent_per_s: number, skipped_per_s: number): ViewerRate {
  const rate = new ViewerRate();
  const frames = seconds * sent_per_s;
  for (let i = 0; i <= frames; ++i) {
    const at = (i / sent_per_s) * 1000;
    rate.add(i, Math.floor((at / 1000) * skipped_per_s), at);
  }
  return rate;
}

test("says 6 of 15 when that is so", () => {
  const shortage = fed(10, 6, 9).shortage(10_000);
  assert.equal(Math.round(shortage?.shown ?? 0), 6);
  assert.equal(Math.round(shortage?.all ?? 0), 15);
});

test("a few missing frames are not worth a word", () => {
  assert.equal(fed(10, 14, 1).shortage(10_000), null);
  assert.equal(fed(10, 15, 0).shortage(10_000), null);
});

test("knows nothing in the first two seconds, nor after the totals start again", () => {
  assert.equal(fed(1, 6, 9).rate(1000), null);
  const rate = fed(10, 6, 9);
  rate.add(0, 0, 10_100);
  assert.equal(rate.rate(10_100), null);
});

test("what was missing is no news once no frames come", () => {
  assert.notEqual(fed(10, 6, 9).rate(12_000), null);
  assert.equal(fed(10, 6, 9).rate(15_000), null);
});
