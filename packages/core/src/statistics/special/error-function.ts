const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/**
 * The error function erf(x) = 2/√π ∫₀ˣ exp(-t²) dt, in [-1, 1]. Relative error below 1e-15 near 0, absolute
 * elsewhere. Series DLMF 7.6.2. NaN gives NaN.
 *
 * @example
 * ```ts
 * import { erf } from "@millwright/core/statistics";
 *
 * erf(Infinity); // 1
 * ```
 */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 2) return series(x);
  return Math.sign(x) * (1 - fraction(magnitude));
}

/**
 * The complementary error function 1 - erf(x), in [0, 2], with a relative error below 1e-13 in the tail down to the
 * smallest normal number (x = 26.5). Continued fraction DLMF 7.9.1. NaN gives NaN.
 */
export function erfc(x: number): number {
  if (x < 2) return x > -2 ? 1 - series(x) : 2 - fraction(-x);
  return fraction(x);
}

/** exp(-x²) without the rounding of x², which would cost three digits at x = 26. */
function expMinusSquare(x: number): number {
  const high = Math.fround(x);
  return Math.exp(-high * high) * Math.exp((high - x) * (high + x));
}

function series(x: number): number {
  const square = 2 * x * x;
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > Math.abs(sum) * 2 ** -54; odd += 2) {
    term *= square / odd;
    sum += term;
  }
  return twoOverRootPi * Math.exp(-x * x) * sum;
}

/** erfc for x >= 2, by the continued fraction from the back; its length grows as x falls. */
function fraction(x: number): number {
  if (x > 28) return Number.isNaN(x) ? x : 0;
  if (Number.isNaN(x)) return x;
  const square = x * x;
  let value = 0;
  for (let k = Math.ceil(12 + 420 / square); k > 0; k--) {
    const half = k - 0.5;
    value = (half * k) / (2 * k + 0.5 + square - value);
  }
  return (expMinusSquare(x) / Math.sqrt(Math.PI)) * (x / (0.5 + square - value));
}
