import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "./format.ts";

const table: [string, string, string][] = [
  ["rate", format.rate(5.94), "5.9"],
  ["rate at the edge", format.rate(9.96), "10"],
  ["rate missing", format.rate(null), "–"],
  ["share", format.share(0.614), "61 %"],
  ["small share", format.share(0.0451), "4.5 %"],
  ["tiny share", format.share(0.0002), "< 0.1 %"],
  ["no share", format.share(0), "0.0 %"],
  ["certainty", format.certainty(0.873), "87 % sure"],
  ["no certainty", format.certainty(null), ""],
  ["ms", format.milliseconds(71.4), "71 ms"],
  ["short ms", format.milliseconds(0.42), "0.4 ms"],
  ["long ms", format.milliseconds(1530), "1.5 s"],
  ["fresh age", format.age(183), "0.20 s"],
  ["age", format.age(2340), "2.3 s"],
  ["old age", format.age(12_400), "12 s"],
  ["minutes", format.age(200_000), "3 min"],
  ["hours", format.duration(7300), "2 h 1 min"],
  ["days", format.duration(200_000), "2 days 7 h"],
  ["count", format.count(1234567), "1\u202f234\u202f567"],
];
for (const [name, is, want] of table) test(name, () => assert.equal(is, want));

test("times of today have no date, others do", () => {
  const noon = new Date(2026, 10, 24, 12, 0, 5).getTime();
  assert.equal(format.clock(noon, noon), "12:00:05");
  assert.equal(format.clock(noon, noon + 86_400_000), "2026-11-24 12:00:05");
  assert.equal(format.clock("not a time"), "–");
});
