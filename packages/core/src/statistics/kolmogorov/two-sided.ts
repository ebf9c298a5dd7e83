import { deviance, stirlingError } from "../special/log-gamma.js";
import { oneSidedSurvival } from "./one-sided.js";
import { pelzGoodCdf } from "./pelz-good.js";

/** Largest sample for which the centre of the distribution is computed exactly; it costs O(n √n), some 10 ms here. */
const exactCentre = 1200;

/** n x² beyond which both bounds are crossed with a relative probability below exp(-6 · 5.5) = 5e-15. */
const tailStart = 5.5;

/** n x² from which inclusion and exclusion is closer than the expansion of Pelz and Good. */
const expansionEnd = 2;

/** Poisson weights kept of a step of at most one; the next is below 1e-22. */
const jumps = 22;

/**
 * P(D >= x) for the two-sided one-sample Kolmogorov statistic of n values, the distribution that SciPy calls
 * `kstwo`, in [0, 1]. n >= 1 is a whole number.
 *
 * Exact to 1e-12 relative for n <= 1200 and, whatever n is, for n x² >= 5.5 (p < 3e-5). In the centre of larger
 * samples the relative error is below 2e-7 and falls as 1/n: the expansion of Pelz and Good, then
 * P(above) + P(below) - P(both), where the small last term is Kolmogorov's with Smirnov's shift of 1 / (6 √n).
 *
 * SciPy uses Pelz and Good from n = 141 on, twice the one-sided tail from n x² = 2.2 on (off by exp(-6 n x²), 2e-6),
 * and above n = 1,000,000 an approximation of that tail that is off by n x⁴ / 2.
 */
export function twoSidedSurvival(n: number, x: number): number {
  if (n * x <= 0.5) return 1;
  if (x >= 1) return 0;
  const square = n * x * x;
  if (x >= 0.5 || square >= tailStart) return Math.min(1, 2 * oneSidedSurvival(n, x));
  if (n <= exactCentre) return crossingProbability(n, x);
  if (square < expansionEnd) return Math.min(1, Math.max(0, 1 - pelzGoodCdf(n, x)));
  const shifted = Math.sqrt(n) * x + 1 / (6 * Math.sqrt(n));
  return 2 * (oneSidedSurvival(n, x) - Math.exp(-8 * shifted * shifted));
}

/**
 * The probability that the empirical process leaves the band |N(t) - t| < c, c = n x, 0 <= t <= n: N is a Poisson
 * process, conditioned on N(n) = n. `crossed[j]` is P(left the band before t, N(t) = j) for j inside the band at t;
 * outside it is the whole P(N(t) = j). The band can change only where t ± c is whole, twice in each unit, so that
 * two sets of Poisson weights suffice. All terms are positive: the result is never 1 minus something.
 */
function crossingProbability(n: number, x: number): number {
  const c = n * x;
  const ceiling = Math.ceil(c);
  const fraction = ceiling - c;
  const first = Math.min(fraction, 1 - fraction);
  const early = fraction < 0.5 ? 1 : 0;
  const within = poissonWeights(1 - 2 * first);
  const between = poissonWeights(2 * first);
  const width = 2 * ceiling + jumps + 8;
  let crossed = new Float64Array(width);
  let next = new Float64Array(width);
  // The array holds states from `base` on: the band and, below it, as many states as one step can climb.
  let base = -jumps;
  let low = 0;
  let high = 0;
  let time = 0;
  for (let unit = 0; unit < n; unit++) {
    for (let half = 0; half < 2; half++) {
      const event = half === 0 ? unit + first : unit + 1 - first;
      if (event === time) continue;
      const weights = half === 0 ? (unit === 0 ? poissonWeights(first) : between) : within;
      // floor(event - c) + 1 and ceil(event + c) - 1, without trusting a sum that should be whole to be whole.
      const newLow = Math.max(0, unit - ceiling + 2 - (half === 0 ? early : 0));
      const newHigh = unit + ceiling - 1 + (half === 1 ? early : 0);
      fillOutside(crossed, base, low, high, newHigh, time);
      const newBase = newLow - jumps;
      for (let state = newLow; state <= newHigh; state++) {
        const index = state - base;
        let sum = 0;
        for (let jump = 0; jump < jumps; jump++) sum += weights[jump]! * crossed[index - jump]!;
        next[state - newBase] = sum;
      }
      [crossed, next] = [next, crossed];
      [base, low, high, time] = [newBase, newLow, newHigh, event];
    }
  }
  fillOutside(crossed, base, low, high, n, time);
  const weights = poissonWeights(n - time);
  let sum = 0;
  for (let jump = 0; jump < jumps; jump++) sum += weights[jump]! * crossed[n - base - jump]!;
  return Math.min(1, sum / poisson(n, n));
}

/** Writes the plain Poisson probabilities of the states below and above the band, as far as a step reaches. */
function fillOutside(
  crossed: Float64Array,
  base: number,
  low: number,
  high: number,
  newHigh: number,
  time: number,
): void {
  let below = low > 0 ? poisson(low - 1, time) : 0;
  for (let state = low - 1; state >= base; state--) {
    crossed[state - base] = state >= 0 ? below : 0;
    below *= state / time;
  }
  for (let state = high + 1; state <= newHigh; state++) crossed[state - base] = poisson(state, time);
}

function poissonWeights(mean: number): Float64Array {
  const weights = new Float64Array(jumps);
  weights[0] = Math.exp(-mean);
  for (let jump = 1; jump < jumps; jump++) weights[jump] = (weights[jump - 1]! * mean) / jump;
  return weights;
}

/** The Poisson probability of `count`, after Loader. */
function poisson(count: number, mean: number): number {
  if (mean === 0) return count === 0 ? 1 : 0;
  if (count === 0) return Math.exp(-mean);
  return Math.exp(-stirlingError(count) - deviance(count, mean)) / Math.sqrt(2 * Math.PI * count);
}
