import type { Corner, Operator, Rule, RuleChange } from "../api/types.ts";

export type Measure = "share" | "count";

// A rule as the page edits it: a zone, a threshold and, where `within_s` is not null, a dedupe.
export interface Draft {
  name: string;
  device: string;
  enabled: boolean;
  polygon: Corner[];
  measure: Measure;
  subject: string; // the class or label
  above: number; // share 0..1, or count
  below: number | null; // null: the usual hysteresis
  for_s: number;
  clear_s: number;
  within_s: number | null;
  sinks: string[];
  zone_more: Record<string, unknown>; // parameters that the page does not show
}

export const new_draft = (device: string, subject: string, sinks: string[]): Draft => ({
  name: "",
  device,
  enabled: true,
  polygon: [],
  measure: "share",
  subject,
  above: 0.02,
  below: null,
  for_s: 0.5,
  clear_s: 1,
  within_s: 10,
  sinks,
  zone_more: {},
});

const number = (value: unknown, otherwise: number) =>
  typeof value === "number" ? value : otherwise;

// The zones that a rule draws, of whatever operators it is made.
export function polygons_of(rule: RuleChange): Corner[][] {
  return rule.operators.flatMap(({ zone }) =>
    Array.isArray(zone?.polygon) ? [zone.polygon as Corner[]] : [],
  );
}

// Null: the rule is made of other operators; it can be shown and switched, not edited here.
export function draft_of(rule: RuleChange): Draft | null {
  const [first, second, third, ...more] = rule.operators;
  const zone = first?.zone;
  const threshold = second?.threshold;
  if (!zone || !threshold || (third && !third.dedupe) || more.length > 0) return null;
  const { polygon, class: class_name, label, ...zone_more } = zone;
  const above = number(threshold.above, 0);
  const below = number(threshold.below, above);
  const measure = class_name === undefined ? "count" : "share";
  return {
    name: rule.name,
    device: rule.device,
    enabled: rule.enabled,
    polygon: (polygon as Corner[]).map(([x, y]) => [x, y]),
    measure,
    subject: String(class_name ?? label ?? ""),
    above,
    below: below === usual_below(measure, above) ? null : below,
    for_s: number(threshold.for_s, 0),
    clear_s: number(threshold.clear_s, 0),
    within_s: third ? number(third.dedupe!.within_s, 0) : null,
    sinks: [...rule.sinks],
    zone_more,
  };
}

// A share has noise, so that it ends at half of what raises it; a count has none.
export function usual_below(measure: Measure, above: number): number {
  return measure === "share" ? above / 2 : above;
}

export function rule_of(draft: Draft): RuleChange {
  const { name, device, enabled, polygon, measure, subject, above, sinks } = draft;
  const zone =
    measure === "share"
      ? { polygon, class: subject }
      : { polygon, label: subject, ...draft.zone_more };
  const below = Math.min(draft.below ?? usual_below(measure, above), above);
  const { for_s, clear_s, within_s } = draft;
  const operators: Operator[] = [{ zone }, { threshold: { above, below, for_s, clear_s } }];
  if (within_s !== null) operators.push({ dedupe: { within_s } });
  return { name, device, enabled, operators, sinks };
}

const digits = (value: number) => String(Math.round(value * 1000) / 1000);

export function value_words(measure: string | null, value: number): string {
  return measure === "share" ? `${(100 * value).toFixed(1)} %` : digits(value);
}

// Says when the device goes away; its form would be two numbers, which hardly anybody changes.
export const away_rule = (device: string, name: string, sinks: string[]): RuleChange => ({
  name,
  device,
  enabled: true,
  operators: [{ away: { for_s: 30, clear_s: 5 } }],
  sinks,
});

export function is_away_rule(rule: RuleChange): boolean {
  return rule.operators[0]?.away !== undefined;
}

// "person over 2 % of the zone for 0.5 s"
export function rule_words(rule: Rule): string {
  const draft = draft_of(rule);
  const away = rule.operators[0]?.away;
  if (away) return `away for ${digits(number(away.for_s, 0))} s`;
  if (!draft) return rule.operators.flatMap((each) => Object.keys(each)).join(", ");
  const { subject, above, for_s } = draft;
  const what =
    draft.measure === "share"
      ? `${subject} over ${digits(100 * above)} % of the zone`
      : `${above > 0 ? `more than ${digits(above)} × ` : ""}${subject} in the zone`;
  return for_s > 0 ? `${what} for ${digits(for_s)} s` : what;
}

// A name that no other rule has: "zone-3".
export function free_name(rules: readonly RuleChange[], stem = "zone"): string {
  for (let i = 1; ; ++i) {
    const name = `${stem}-${i}`;
    if (!rules.some((rule) => rule.name === name)) return name;
  }
}
