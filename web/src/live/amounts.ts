import type { ClassInfo, Result } from "../api/types.ts";

// How much of a class a result has: its share of the picture, or, of a detector, whose results name
// no shares, the number of its boxes.
export type Unit = "share" | "count";

export const unit_of = (result: Result): Unit => (result.classes.length > 0 ? "share" : "count");

// By class index; a class without an entry has none.
export function amounts(result: Result, classes: readonly ClassInfo[]): Map<number, number> {
  const found = new Map<number, number>();
  if (unit_of(result) === "share") {
    for (const { index, share } of result.classes) found.set(index, share);
    return found;
  }
  const indices = new Map(classes.map(({ name, index }) => [name, index]));
  for (const { label } of result.boxes) {
    const index = indices.get(label);
    if (index !== undefined) found.set(index, (found.get(index) ?? 0) + 1);
  }
  return found;
}
