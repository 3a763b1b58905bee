import assert from "node:assert/strict";
import { test } from "node:test";
import type { Device } from "../api/types.ts";
import { model_is_coming, shown_state, state_words, summary, trouble, wrong_times } from "./words.ts";

function device(id: string, state: Device["state"], more: Partial<Device> = {}): Device {
  return {
    id,
    name: null,
    paused: false,
    state,
    detail: null,
    video_fps: 15,
    gated_fps: null,
    result_fps: 6,
    last_frame_age_ms: 12_300,
    last_result_age_ms: 100,
    clock_gap_s: null,
    codec: "jpeg",
  width: 640,
    height: 360,
    model: "hall",
    model_version: "1",
    error: null,
    inferred_by: "site",
    frames: 1,
    dropped: 0,
    ...more,
  };
}

test("all right is said in three words, trouble by name", () => {
  assert.equal(summary([]).text, "No devices yet");
  assert.equal(summary([device("a", "live")]).text, "1 device live");
  assert.deepEqual(summary([device("a", "live"), device("b", "live")]), {
    text: "All 2 devices live",
    state: "live",
  });
  const mixed = [device("a", "stale"), device("b", "away"), device("c", "away")];
  assert.deepEqual(summary(mixed), { text: "b, c are away, a is stale", state: "away" });
  const many = ["a", "b", "c", "d"].map((id) => device(id, "away"));
  assert.equal(summary(many).text, "4 devices are away");
});

test("who is paused is no trouble, and is called by its name", () => {
  const paused = device("a", "live", { paused: true, name: "Yard", error: "no model", model: null });
  assert.equal(trouble(paused), null);
  assert.equal(shown_state(paused, { state: "open" }), "paused");
  assert.deepEqual(summary([paused]), { text: "Yard is paused", state: "paused" });
  assert.equal(summary([paused, device("b", "live")]).text, "1 live, 1 paused");
  assert.equal(summary([paused, device("b", "away", { name: "Tor" })]).text, "Tor is away");
});

test("times that mean nothing are said, though pictures and results come", () => {
  const still = device("a", "live", { time_fault: "still", last_result_age_ms: null });
  assert.equal(trouble(still), null);
  assert.equal(wrong_times(still), "its times stand still");
  assert.equal(wrong_times(device("a", "live", { time_fault: "backwards" })), "its times run backwards");
  assert.equal(wrong_times(device("a", "live")), null);
  assert.deepEqual(summary([still]), { text: "the times of a are wrong", state: "stale" });
});

test("a live device without results is trouble", () => {
  const blind = device("a", "live", { error: "no model: file not found" });
  assert.equal(summary([blind]).text, "a is without results");
  assert.equal(trouble(blind), "no model: file not found");
  assert.equal(trouble(device("a", "live", { model: null })), "no model chosen");
  assert.equal(trouble(device("a", "live", { model: null, inferred_by: "device" })), null);
});

test("a model is on its way until something is wrong", () => {
  const error = (error: string | null) => device("a", "live", { model: null, error });
  assert.equal(model_is_coming(error(null)), true);
  assert.equal(model_is_coming(error("loading model hall")), true);
  assert.equal(model_is_coming(error("no model: file not found")), false);
});

test("the site's own words come first, else ours; without connection nothing is news", () => {
  const open = { state: "open" } as const;
  assert.equal(state_words(device("a", "stale"), open, 0), "stale: last picture 12 s ago");
  assert.equal(
    state_words(device("a", "away", { detail: "away since 14:02" }), open, 0),
    "away since 14:02",
  );
  const lost = { state: "lost", since: 0, retry_at: 0 } as const;
  assert.match(state_words(device("a", "live"), lost, Date.now()), /^no news since \d\d:/);
});
