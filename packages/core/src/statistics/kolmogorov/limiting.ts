import { invalidArgument } from "../../errors/create.js";

/**
 * The upper tail P(K > z) of Kolmogorov's limiting distribution, the limit of √n D for large n, in [0, 1].
 *
 * 2 Σ (-1)^(k-1) exp(-2 k² z²), and for z < 1 its theta transform. Relative error below 1e-12. For a p-value of a
 * sample use {@link kolmogorovSmirnov}: at n = 50 the limit is still off by a tenth.
 *
 * @throws `INVALID_ARGUMENT` for NaN.
 *
 * @example
 * ```ts
 * import { kolmogorovLimitSurvival } from "@millwright/core/statistics";
 *
 * kolmogorovLimitSurvival(1.3581); // 0.05
 * ```
 */
export function kolmogorovLimitSurvival(z: number): number {
  if (Number.isNaN(z)) throw invalidArgument("z", "must not be NaN");
  if (z <= 0.04) return 1;
  if (z < 1) {
    const exponent = (Math.PI * Math.PI) / (8 * z * z);
    let sum = 0;
    for (let odd = 1; odd <= 7; odd += 2) sum += Math.exp(-odd * odd * exponent);
    return Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / z) * sum);
  }
  let sum = 0;
  for (let k = 5; k >= 1; k--) sum = Math.exp(-2 * (2 * k - 1) * z * z) * (1 - sum);
  return 2 * sum;
}
