import { invalidArgument } from "../../errors/create.js";
import { erfc } from "./error-function.js";

const rootHalf = Math.SQRT1_2;

/**
 * The standard normal distribution function P(Z <= z). Relative error below 1e-12 in the lower tail too.
 *
 * @example
 * ```ts
 * import { normalCdf } from "@millwright/core/statistics";
 *
 * normalCdf(1.96); // 0.975002
 * ```
 */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z * rootHalf);
}

/** The upper tail P(Z > z) of the standard normal distribution, accurate where `1 - normalCdf(z)` would be 0. */
export function normalSurvival(z: number): number {
  return 0.5 * erfc(z * rootHalf);
}

/**
 * The standard normal quantile: the z with P(Z <= z) = p. -Infinity at 0, Infinity at 1. Relative error about 1e-15.
 * Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37, 1988.
 *
 * @throws `INVALID_ARGUMENT` unless 0 <= p <= 1.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw invalidArgument("p", `must be a probability in [0, 1], got ${p}`);
  const centred = p - 0.5;
  if (Math.abs(centred) <= 0.425) {
    const r = 0.180625 - centred * centred;
    return (centred * polynomial(r, centreNumerator)) / polynomial(r, centreDenominator);
  }
  const tail = centred < 0 ? p : 1 - p;
  if (tail === 0) return centred < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(tail));
  const value =
    r <= 5
      ? polynomial(r - 1.6, middleNumerator) / polynomial(r - 1.6, middleDenominator)
      : polynomial(r - 5, farNumerator) / polynomial(r - 5, farDenominator);
  return centred < 0 ? -value : value;
}

function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * x + coefficients[k]!;
  return sum;
}

const centreNumerator = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
] as const;
const centreDenominator = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
] as const;
const middleNumerator = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
] as const;
const middleDenominator = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995344, 1.0507500716444169e-9,
] as const;
const farNumerator = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
] as const;
const farDenominator = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
] as const;
