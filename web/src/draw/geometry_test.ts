import assert from "node:assert/strict";
import { test } from "node:test";
import { clamp_look, fit, place, whole, zoom_at } from "./geometry.ts";

test("a picture fits with its shape kept", () => {
  assert.deepEqual(fit(1000, 500, 400, 400), { x: 250, y: 0, width: 500, height: 500 });
  assert.deepEqual(fit(640, 480, 640, 360), { x: 0, y: 60, width: 640, height: 360 });
});

test("unzoomed is the fitted place", () => {
  const fitted = fit(640, 480, 640, 360);
  assert.deepEqual(place(fitted, 640, 480, whole), fitted);
});

test("what is under the pointer stays there while zooming", () => {
  const fitted = fit(640, 360, 640, 360);
  const look = zoom_at(whole, 2, 160, 90, fitted, 640, 360);
  const placed = place(fitted, 640, 360, look);
  assert.equal(look.zoom, 2);
  assert.ok(Math.abs((160 - placed.x) / placed.width - 0.25) < 1e-9);
  assert.ok(Math.abs((90 - placed.y) / placed.height - 0.25) < 1e-9);
});

test("the edge never comes inside", () => {
  const fitted = fit(640, 360, 640, 360);
  assert.deepEqual(clamp_look({ zoom: 2, x: 0, y: 1 }, fitted, 640, 360), {
    zoom: 2,
    x: 0.25,
    y: 0.75,
  });
  assert.deepEqual(clamp_look({ zoom: 0.3, x: 0, y: 1 }, fitted, 640, 360), whole);
});

test("letterboxed: the short side stays in the middle until it fills the canvas", () => {
  const fitted = fit(640, 720, 640, 360);
  const look = clamp_look({ zoom: 1.5, x: 0.5, y: 0.9 }, fitted, 640, 720);
  assert.equal(look.y, 0.5);
});
