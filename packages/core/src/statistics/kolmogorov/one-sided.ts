import { deviance, stirlingError } from "../special/log-gamma.js";

/** Above this many terms the sum is sampled; see below. */
const directTerms = 4096;

/**
 * P(D⁺ >= x) for the one-sided statistic of a sample of n, by the sum of Birnbaum and Tingey (1951):
 * x Σ C(n, j) (x + j/n)^(j-1) (1 - x - j/n)^(n-j), every term positive, 0 < x < 1.
 *
 * For large n every s-th term is taken and weighted by s. The summand is smooth and dies away at both ends, so this
 * trapezoidal sum converges faster than any power of 1/s: at 2,048 terms it differs by rounding only. SciPy
 * switches to the approximation of Maag and Dicaire above a million, which is off by 6e-7.
 */
export function oneSidedSurvival(n: number, x: number): number {
  const last = Math.floor(n * (1 - x));
  const stride = n > directTerms && n * x > 50 ? Math.floor(n / (directTerms / 2)) : 1;
  const shift = n * x;
  let sum = 0;
  for (let j = 0; j <= last; j += stride) sum += term(n, x, shift, j);
  return Math.min(1, sum * stride);
}

function term(n: number, x: number, shift: number, j: number): number {
  if (j === 0) return Math.exp(n * Math.log1p(-x));
  const rest = n - j;
  const tail = rest / n - x;
  if (rest === 0 || tail <= 0) return 0;
  const logProbability =
    stirlingError(n) -
    stirlingError(j) -
    stirlingError(rest) -
    deviance(j, j + shift, -shift) -
    deviance(rest, rest - shift, shift);
  const probability = Math.exp(logProbability) * Math.sqrt(n / (2 * Math.PI * j * rest));
  return (probability * shift) / (j + shift);
}
