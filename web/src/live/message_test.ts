import assert from "node:assert/strict";
import { test } from "node:test";
import { parse_binary } from "./message.ts";

function message(header: string, payload: number[], length = header.length): ArrayBuffer {
  const bytes = new Uint8Array(4 + header.length + payload.length);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(new TextEncoder().encode(header), 4);
  bytes.set(payload, 4 + header.length);
  return bytes.buffer;
}

const header = '{"type":"frame","device":"cam1","sequence":7}';

test("header and payload come apart", () => {
  const parsed = parse_binary(message(header, [1, 2, 3]));
  assert.equal(parsed?.header.device, "cam1");
  assert.equal(parsed?.header.sequence, 7);
  assert.deepEqual([...(parsed?.payload ?? [])], [1, 2, 3]);
});

test("an empty payload is allowed", () => {
  assert.equal(parse_binary(message(header, []))?.payload.length, 0);
});

for (const [name, data] of [
  ["nothing", new ArrayBuffer(0)],
  ["only a part of the length", new ArrayBuffer(3)],
  ["length zero", message(header, [], 0)],
  ["length beyond the end", message(header, [], header.length + 1)],
  ["a huge length", message(header, [], 0xffffffff)],
  ["a header that is no JSON", message("hello", [])],
  ["a header that is no object", message("3", [])],
  ["null", message("null", [])],
  ["an unknown type", message('{"type":"audio","device":"a","sequence":1}', [])],
  ["a sequence that is no number", message('{"type":"mask","device":"a","sequence":"1"}', [])],
] as const) {
  test(`${name} is refused`, () => assert.equal(parse_binary(data), null));
}
