import { invalidArgument } from "../../errors/create.js";

/** 1 - Euler's constant. */
const oneMinusEuler = 0.42278433509846713;

/** ζ(k) - 1 for k = 2, 3, …: the Taylor coefficients of log-gamma about 2, times k. */
const zetaMinusOne = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853,
  0.0004941886041194645, 0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5,
  3.058823630702049e-5, 1.528225940865187e-5, 7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6,
  9.539620338727962e-7, 4.769329867878064e-7, 2.38450502727733e-7, 1.1921992596531106e-7,
  5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8, 7.45071178983543e-9,
  3.725334024788457e-9, 1.862659723513049e-9, 9.313274324196682e-10, 4.656629065033784e-10,
] as const;

/** Bernoulli numbers B(2k) / (2k (2k - 1)), k = 1, 2, …: Stirling's series. */
const stirlingCoefficients = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
] as const;

const halfLogTwoPi = 0.9189385332046728;

/**
 * The natural logarithm of the gamma function for x > 0; `Infinity` at 0 and at `Infinity`.
 *
 * Relative error below 1e-13, also beside the zeros at 1 and 2, where a Taylor series is used (SciPy's `gammaln`
 * loses half its digits there). Elsewhere the recurrence and Stirling's series: DLMF 5.7.3, 5.5.1, 5.11.1.
 *
 * @throws `INVALID_ARGUMENT` for a negative argument or NaN.
 *
 * @example
 * ```ts
 * import { logGamma } from "@millwright/core/statistics";
 *
 * Math.round(Math.exp(logGamma(6))); // 120
 * ```
 */
export function logGamma(x: number): number {
  if (!(x >= 0)) throw invalidArgument("x", `log-gamma is defined here for x >= 0, got ${x}`);
  if (x === 0 || x === Infinity) return Infinity;
  if (x < 0.5) return logGammaNear(1 + x) - Math.log(x);
  if (x < 10) return logGammaNear(x);
  return (x - 0.5) * Math.log(x) - x + halfLogTwoPi + stirlingSeries(x);
}

/** Log-gamma on [0.5, 10]: brought into [1.5, 2.5], where the series about 2 converges in 30 terms. */
function logGammaNear(x: number): number {
  let product = 1;
  let reduced = x;
  while (reduced > 2.5) {
    reduced -= 1;
    product *= reduced;
  }
  if (reduced < 1.5) return aboutTwo(reduced - 1) - Math.log1p(reduced - 1);
  return aboutTwo(reduced - 2) + (product === 1 ? 0 : Math.log(product));
}

/** Log-gamma of 2 + z for |z| <= 1/2. */
function aboutTwo(z: number): number {
  let sum = 0;
  for (let k = zetaMinusOne.length - 1; k >= 0; k--) {
    sum = zetaMinusOne[k]! / (k + 2) - z * sum;
  }
  return z * (oneMinusEuler + z * sum);
}

function stirlingSeries(x: number): number {
  const inverseSquare = 1 / x / x;
  let sum = 0;
  for (let k = stirlingCoefficients.length - 1; k >= 0; k--) {
    sum = stirlingCoefficients[k]! + inverseSquare * sum;
  }
  return sum / x;
}

/**
 * What Stirling's formula leaves out: log x! - log(√(2πx) (x/e)^x), for x > 0. Kept apart because in ratios of
 * factorials the large parts cancel (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
 */
export function stirlingError(x: number): number {
  if (x >= 10) return stirlingSeries(x);
  return logGamma(x + 1) - (x + 0.5) * Math.log(x) + x - halfLogTwoPi;
}

/**
 * Loader's deviance x log(x / mean) + mean - x, without cancellation where both are close. `difference` is
 * x - mean, for callers that know it more precisely than a subtraction gives.
 */
export function deviance(x: number, mean: number, difference: number = x - mean): number {
  if (x === 0) return mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - difference;
  const ratio = difference / (x + mean);
  const square = ratio * ratio;
  let sum = difference * ratio;
  let power = 2 * x * ratio;
  for (let odd = 3; ; odd += 2) {
    power *= square;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
}
