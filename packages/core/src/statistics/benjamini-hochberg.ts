import { invalidArgument } from "../errors/create.js";

/**
 * P-values adjusted for the false discovery rate. Rejecting every hypothesis whose adjusted value is at most α keeps
 * the expected share of false rejections at or below α, for independent and for positively dependent tests.
 *
 * adjusted(i) = min over the ranks k >= rank(i) of m p₍ₖ₎ / k, at most 1; in the order of the input, which is not
 * changed. An empty input gives an empty array. Benjamini and Hochberg, JRSS B 57, 1995; `fdr_bh` of statsmodels.
 *
 * @throws `INVALID_ARGUMENT` with the index for a value outside [0, 1] or NaN.
 *
 * @example
 * ```ts
 * import { benjaminiHochberg } from "@millwright/core/statistics";
 *
 * benjaminiHochberg([0.01, 0.04, 0.03]); // Float64Array [0.03, 0.04, 0.04]
 * ```
 */
export function benjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  const count = pValues.length;
  const order = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    const p = pValues[index]!;
    if (!(typeof p === "number" && p >= 0 && p <= 1))
      throw invalidArgument(`pValues[${index}]`, `must lie in [0, 1], got ${p}`);
    order[index] = index;
  }
  order.sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Float64Array(count);
  let smallest = 1;
  for (let rank = count; rank >= 1; rank--) {
    const index = order[rank - 1]!;
    smallest = Math.min(smallest, pValues[index]! / (rank / count));
    adjusted[index] = smallest;
  }
  return adjusted;
}
