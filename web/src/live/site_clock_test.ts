import assert from "node:assert/strict";
import { test } from "node:test";
import { SiteClock } from "./site_clock.ts";

test("the message that came fastest tells the site's time", () => {
  const clock = new SiteClock();
  assert.equal(clock.now(5000), 5000);
  clock.observe(1000, 1300);
  clock.observe(2000, 2100);
  clock.observe(3000, 3500);
  clock.observe(Number.NaN, 3500);
  assert.equal(clock.now(5000), 4900);
});

test("a stamp from the future is forgotten after a while", () => {
  const clock = new SiteClock();
  const hour = 3_600_000;
  clock.observe(1000 + hour, 1000);
  for (let at = 2000; at <= 30_000; at += 1000) clock.observe(at - 100, at);
  assert.equal(clock.now(30_000), 30_000 + hour);
  for (let at = 31_000; at <= 200_000; at += 1000) clock.observe(at - 100, at);
  assert.equal(clock.now(200_000), 199_900);
});
