// How long to wait before the n-th attempt (from 0) to reach the site again: doubling from half a
// second to ten, spread by `random` (0..1) so that a hundred pages do not return in step.
export function backoff_ms(attempt: number, random: number): number {
  const base = Math.min(10_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(base * (0.75 + 0.5 * random));
}
