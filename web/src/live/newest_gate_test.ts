import assert from "node:assert/strict";
import { test } from "node:test";
import { NewestGate } from "./newest_gate.ts";

function make_gate() {
  const jobs: { input: number; done: (ok?: boolean) => Promise<void> }[] = [];
  const log = { discarded: [] as number[], disposed: [] as string[], ready: 0 };
  const gate = new NewestGate<number, string>({
    work: (input) =>
      new Promise((resolve, reject) => {
        jobs.push({
          input,
          done: async (ok = true) => {
            if (ok) resolve(`picture ${input}`);
            else reject(new Error("broken"));
            await new Promise(setImmediate);
          },
        });
      }),
    ready: () => ++log.ready,
    discard: (input) => log.discarded.push(input),
    dispose: (output) => log.disposed.push(output),
  });
  return { gate, jobs, log };
}

test("one in work, the newest waits, the overtaken one is discarded", async () => {
  const { gate, jobs, log } = make_gate();
  gate.push(1);
  gate.push(2);
  gate.push(3);
  assert.deepEqual(log.discarded, [2]);
  assert.equal(jobs.length, 1);
  await jobs[0]!.done();
  assert.deepEqual(gate.take(), { input: 1, output: "picture 1" });
  assert.equal(gate.take(), null);
  assert.equal(jobs[1]?.input, 3);
  assert.deepEqual(log.disposed, []);
});

test("an output that nobody took makes room for a newer one", async () => {
  const { gate, jobs, log } = make_gate();
  gate.push(1);
  await jobs[0]!.done();
  gate.push(2);
  await jobs[1]!.done();
  assert.deepEqual(log.discarded, [1]);
  assert.deepEqual(log.disposed, ["picture 1"]);
  assert.equal(gate.take()?.input, 2);
});

test("a broken picture is discarded and the next one is worked on", async () => {
  const { gate, jobs, log } = make_gate();
  gate.push(1);
  gate.push(2);
  await jobs[0]!.done(false);
  assert.deepEqual(log.discarded, [1]);
  await jobs[1]!.done();
  assert.equal(gate.take()?.input, 2);
});

test("clear discards the ready, the waiting and the one in work, each once", async () => {
  const { gate, jobs, log } = make_gate();
  gate.push(1);
  await jobs[0]!.done();
  gate.push(2);
  gate.push(3);
  gate.clear();
  assert.deepEqual(log.discarded.sort(), [1, 3]);
  await jobs[1]!.done();
  assert.deepEqual(log.discarded.sort(), [1, 2, 3]);
  assert.equal(gate.take(), null);
  gate.push(4);
  await jobs[2]!.done();
  assert.equal(gate.take()?.input, 4);
});
