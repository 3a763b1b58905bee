import assert from "node:assert/strict";
import { test } from "node:test";
import { default_view, read_view, write_view } from "./view_state.ts";
import type { ViewState } from "./view_state.ts";

const special: ViewState = {
  mode: "split",
  opacity: 0.35,
  boxes: false,
  lock: true,
  look: { zoom: 2.5, x: 0.25, y: 0.75 },
  solo: 4,
  hidden: new Set([1, 9]),
};

test("a view survives the way through an address", () => {
  assert.deepEqual(read_view(write_view("", special), default_view), special);
  assert.deepEqual(read_view(write_view("", default_view), special), default_view);
});

test("an address without a view leaves the browser's settings", () => {
  const view = read_view("?renderer=2d", special);
  assert.equal(view.mode, "split");
  assert.equal(view.lock, true);
});

test("other parameters are kept", () => {
  assert.equal(write_view("?renderer=2d", default_view), "?renderer=2d&mode=overlay");
});

test("nonsense in an address is not taken", () => {
  const view = read_view("?mode=x&opacity=abc&zoom=9999,2,0&solo=900&hide=a,3,-1", default_view);
  assert.equal(view.mode, "overlay");
  assert.equal(view.opacity, 0.5);
  assert.deepEqual(view.look, { zoom: 16, x: 1, y: 0 });
  assert.equal(view.solo, null);
  assert.deepEqual(view.hidden, new Set([3]));
  assert.deepEqual(read_view("?zoom=a,b,c", default_view).look, default_view.look);
});
