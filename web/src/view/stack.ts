// Turns curves into layers of a stack: the i-th result is the sum of curves i..last, so that
// painting them in order, each filled down to zero, shows every curve as its own band. A step
// where no curve has a value stays a gap.
export function stack(curves: (number | null)[][]): (number | null)[][] {
  const length = curves[0]?.length ?? 0;
  const sums = curves.map(() => new Array<number | null>(length).fill(null));
  for (let at = 0; at < length; ++at) {
    if (curves.every((curve) => curve[at] === null)) continue;
    let sum = 0;
    for (let i = curves.length - 1; i >= 0; --i) {
      sum += curves[i]![at] ?? 0;
      sums[i]![at] = sum;
    }
  }
  return sums;
}
