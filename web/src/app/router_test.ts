import assert from "node:assert/strict";
import { test } from "node:test";
import { device_path, parse_route } from "./router.ts";

test("paths of the pages", () => {
  assert.deepEqual(parse_route("/"), { page: "wall" });
  assert.deepEqual(parse_route("/system"), { page: "system" });
  assert.deepEqual(parse_route("/d/cam-1_b"), { page: "device", device: "cam-1_b" });
  assert.deepEqual(parse_route(device_path("cam1")), { page: "device", device: "cam1" });
});

test("names that no device can have are unknown pages", () => {
  for (const path of ["/d/", "/d/a b", "/d/a%2Fb", `/d/${"a".repeat(65)}`, "/x", "/system/x"]) {
    assert.equal(parse_route(path).page, "unknown", path);
  }
});
