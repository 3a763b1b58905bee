import assert from "node:assert/strict";
import { test } from "node:test";
import { codec_string } from "./h264.ts";

test("profile and level are read from the parameter set", () => {
  const unit = [0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x67, 0x64, 0x00, 0x1f, 0xac, 0, 0, 1, 0x65];
  assert.equal(codec_string(new Uint8Array(unit)), "avc1.64001f");
});

test("a unit without one says nothing", () => {
  assert.equal(codec_string(new Uint8Array([0, 0, 0, 1, 0x41, 0x9a, 0, 0, 0, 1, 2, 3])), null);
  assert.equal(codec_string(new Uint8Array([0, 0, 1, 0x67, 0x64])), null);
  assert.equal(codec_string(new Uint8Array()), null);
});
