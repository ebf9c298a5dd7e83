/**
 * The exact P(D >= steps / lcm) for two samples of `first` and `second` values without ties under one continuous
 * distribution, `lcm` being the least common multiple of the sizes. Given the sizes all merged orders are equally
 * likely; each is a lattice path, and p is the share of those that touch |i/first - j/second| >= D.
 */
export function twoSampleSurvival(first: number, second: number, steps: number): number {
  if (steps <= 0) return 1;
  return first === second ? equalSizes(first, steps) : unequalSizes(first, second, steps);
}

/** Gnedenko and Korolyuk (1951): 2 Σ (-1)^(k-1) C(2n, n - k h) / C(2n, n), in Horner form. */
function equalSizes(size: number, steps: number): number {
  let sum = 0;
  for (let k = Math.floor(size / steps); k >= 1; k--) {
    let ratio = 1;
    for (let j = 0; j < steps; j++) {
      ratio *= (size - (k - 1) * steps - j) / (size + (k - 1) * steps + j + 1);
      if (ratio === 0) break;
    }
    sum = ratio * (1 - sum);
  }
  return Math.min(1, 2 * sum);
}

/**
 * T. Viehmann, "Numerically more stable computation of the p-values for the two-sample Kolmogorov-Smirnov test",
 * arXiv 2102.08037, 2021: `outside[j]` is the share of paths to (i, j) that have left the band. It is an average of
 * its two neighbours, so that it neither overflows nor cancels. O(larger size × width of the band).
 */
function unequalSizes(first: number, second: number, steps: number): number {
  const larger = Math.max(first, second);
  const smaller = Math.min(first, second);
  const divisor = greatestCommonDivisor(larger, smaller);
  const across = smaller / divisor;
  const up = larger / divisor;
  const outside = new Float64Array(smaller + 1).fill(1);
  outside.fill(0, 0, Math.min(Math.ceil(steps / up), smaller + 1));
  for (let i = 1; i <= larger; i++) {
    const low = Math.max(Math.floor((across * i - steps) / up) + 1, 0);
    const high = Math.min(Math.ceil((across * i + steps) / up), smaller + 1);
    let share = 1;
    for (let j = low; j < high; j++) {
      share = (outside[j]! * i + share * j) / (i + j);
      outside[j] = share;
    }
    if (low > smaller || high <= low) return 1;
  }
  return outside[smaller]!;
}

export function greatestCommonDivisor(a: number, b: number): number {
  let [larger, smaller] = [a, b];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
