import { invalidArgument } from "../errors/create.js";
import { regularizedGammaQ } from "./special/incomplete-gamma.js";

/**
 * The upper tail P(X > x) of the chi-square distribution with `degreesOfFreedom` > 0, which need not be whole:
 * Q(df / 2, x / 2). 1 for x <= 0, 0 at Infinity. Relative error below 1e-12 down to the smallest normal number.
 *
 * @throws `INVALID_ARGUMENT` for NaN or degrees of freedom that are not positive and finite.
 *
 * @example
 * ```ts
 * import { chiSquareSurvival } from "@millwright/core/statistics";
 *
 * chiSquareSurvival(3.841458820694124, 1); // 0.05
 * ```
 */
export function chiSquareSurvival(x: number, degreesOfFreedom: number): number {
  if (!(degreesOfFreedom > 0 && degreesOfFreedom < Infinity)) {
    throw invalidArgument("degreesOfFreedom", `must be positive and finite, got ${degreesOfFreedom}`);
  }
  if (Number.isNaN(x)) throw invalidArgument("x", "must not be NaN");
  return regularizedGammaQ(degreesOfFreedom / 2, Math.max(0, x) / 2);
}
