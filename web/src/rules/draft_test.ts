import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rule } from "../api/types.ts";
import {
  away_rule,
  draft_of,
  free_name,
  is_away_rule,
  new_draft,
  polygons_of,
  rule_of,
  rule_words,
} from "./draft.ts";

const status = {
  raised: null,
  time: null,
  value: null,
  measure: null,
  subject: null,
  alerts: 0,
  problem: null,
};

const rule = (operators: Rule["operators"]): Rule => ({
  name: "danger",
  device: "hall",
  enabled: true,
  operators,
  sinks: ["timeline"],
  from: "config",
  overrides: false,
  status,
});

const polygon: [number, number][] = [
  [0, 0],
  [1, 0],
  [1, 1],
];

test("a draft becomes a rule and the same draft again", () => {
  for (const change of [
    {},
    { measure: "count" as const, above: 2, zone_more: { score_min: 0.4, anchor: "centre" } },
    { below: 0.001 },
    { within_s: null, for_s: 0 },
  ]) {
    const draft = { ...new_draft("hall", "person", ["bus"]), name: "danger", polygon, ...change };
    assert.deepEqual(draft_of(rule_of(draft)), draft);
  }
});

test("a share ends at half of what raises it, a count at what raises it", () => {
  const draft = { ...new_draft("hall", "person", []), polygon };
  assert.deepEqual(rule_of(draft).operators[1], {
    threshold: { above: 0.02, below: 0.01, for_s: 0.5, clear_s: 1 },
  });
  const count = rule_of({ ...draft, measure: "count", above: 3 });
  assert.equal(count.operators[1]!.threshold!.below, 3);
  assert.deepEqual(count.operators[0]!.zone, { polygon, label: "person" });
});

test("rules of other operators are shown, not edited", () => {
  const other = rule([
    { zone: { polygon, class: "person" } },
    { window: { every_s: 5 } },
    { threshold: { above: 1 } },
  ]);
  assert.equal(draft_of(other), null);
  assert.equal(rule_words(other), "zone, window, threshold");
  assert.deepEqual(polygons_of(other), [polygon]);
});

test("a rule that looks whether the device is there draws nothing", () => {
  const away = rule(away_rule("hall", "away-1", ["bus"]).operators);
  assert.equal(is_away_rule(away), true);
  assert.equal(is_away_rule(rule([{ zone: { polygon, class: "person" } }])), false);
  assert.equal(draft_of(away), null);
  assert.deepEqual(polygons_of(away), []);
  assert.equal(rule_words(away), "away for 30 s");
});

test("rules in words", () => {
  const zone = { polygon, class: "person" };
  assert.equal(
    rule_words(rule([{ zone }, { threshold: { above: 0.02, for_s: 0.5 } }])),
    "person over 2 % of the zone for 0.5 s",
  );
  assert.equal(
    rule_words(rule([{ zone: { polygon, label: "car" } }, { threshold: { above: 3 } }])),
    "more than 3 × car in the zone",
  );
  assert.equal(
    rule_words(rule([{ zone: { polygon, label: "car" } }, { threshold: { above: 0 } }])),
    "car in the zone",
  );
});

test("a new rule gets a free name", () => {
  assert.equal(free_name([]), "zone-1");
  assert.equal(free_name([{ ...rule([]), name: "zone-1" }]), "zone-2");
});
