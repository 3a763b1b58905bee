import assert from "node:assert/strict";
import { test } from "node:test";
import { UnitQueue } from "./unit_queue.ts";

const unit = (sequence: number, key = false) => ({ header: { sequence, key } });
const numbers = (units: { header: { sequence: number } }[]) =>
  units.map((each) => each.header.sequence);

function filled(units_max = 100): UnitQueue<ReturnType<typeof unit>> {
  const queue = new UnitQueue<ReturnType<typeof unit>>(units_max);
  for (let i = 1; i <= 10; ++i) queue.push(unit(i, i === 1 || i === 6));
  return queue;
}

test("each frame is decoded once and in order", () => {
  const queue = filled();
  assert.deepEqual(numbers(queue.take_until(3)), [1, 2, 3]);
  assert.deepEqual(numbers(queue.take_until(4)), [4]);
  assert.deepEqual(numbers(queue.take_until(4)), []);
  assert.deepEqual(numbers(queue.take_until(5)), [5]);
});

test("what is before a newer key frame is passed over", () => {
  assert.deepEqual(numbers(filled().take_until(8)), [6, 7, 8]);
});

test("a frame that never came gives nothing", () => {
  assert.deepEqual(numbers(filled().take_until(77)), []);
});

test("a stream that nobody looks at is kept from its newest key frame on", () => {
  const queue = filled(8);
  assert.deepEqual(numbers(queue.take_until(10)), [6, 7, 8, 9, 10]);
  const long = new UnitQueue<ReturnType<typeof unit>>(8);
  for (let i = 1; i <= 20; ++i) long.push(unit(i, i === 1));
  assert.deepEqual(numbers(long.take_until(20)), []);
  long.push(unit(21, true));
  assert.deepEqual(numbers(long.take_until(21)), [21]);
});

test("a camera that was started again counts anew", () => {
  const queue = filled();
  queue.push(unit(1, true));
  assert.deepEqual(numbers(queue.take_until(1)), [1]);
});
