import { invalidArgument } from "../errors/create.js";
import { type Sample, sortedSample } from "./samples.js";

export interface PopulationStabilityIndexOptions {
  /** Equal-frequency bins of the reference; ties can leave fewer. Default: 10. */
  readonly bins?: number | undefined;
  /**
   * What keeps an empty bin from making the index infinite. `"floor"`: a share is at least ε; `"additive"`:
   * (count + ε) / (size + ε × bins). Default: `"floor"`.
   */
  readonly zeroRule?: "floor" | "additive" | undefined;
  /** ε above, > 0: a share for `"floor"`, a count for `"additive"`. Default: 0.0001. */
  readonly epsilon?: number | undefined;
}

export interface PopulationStabilityIndexResult {
  /** Σ (c - r) ln(c / r), in nats, >= 0. */
  readonly index: number;
  /** Inner edges, increasing; a value equal to an edge belongs to the bin below, the outer bins are open. */
  readonly edges: Float64Array;
  readonly referenceCounts: Uint32Array;
  readonly currentCounts: Uint32Array;
  /** The summand of each bin. */
  readonly contributions: Float64Array;
}

/**
 * The population stability index of credit scoring: how far the shares of the current sample in equal-frequency bins
 * of the reference have moved. Jeffreys's divergence KL(r‖c) + KL(c‖r), symmetric, in nats. By convention less than
 * 0.1 is stable and more than 0.25 calls for action, but without drift its mean is about
 * (bins - 1)(1/n + 1/m): with 100 values a side it is 0.2.
 *
 * Edges are quantiles k / bins of the reference, interpolated linearly as NumPy does, repeated ones removed.
 *
 * @throws `INVALID_ARGUMENT` for an empty sample, NaN, and options out of range.
 *
 * @example
 * ```ts
 * import { populationStabilityIndex } from "@millwright/core/statistics";
 *
 * populationStabilityIndex([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], { bins: 3 }).index; // 0
 * ```
 */
export function populationStabilityIndex(
  reference: Sample,
  current: Sample,
  options: PopulationStabilityIndexOptions = {},
): PopulationStabilityIndexResult {
  const { bins = 10, zeroRule = "floor", epsilon = 1e-4 } = options;
  if (!(Number.isInteger(bins) && bins >= 2))
    throw invalidArgument("options.bins", `must be a whole number >= 2, got ${bins}`);
  if (!(epsilon > 0 && epsilon < Infinity))
    throw invalidArgument("options.epsilon", `must be positive, got ${epsilon}`);
  if (zeroRule !== "floor" && zeroRule !== "additive") {
    throw invalidArgument("options.zeroRule", `must be "floor" or "additive", got ${String(zeroRule)}`);
  }
  const sortedReference = sortedSample(reference, "reference");
  const sortedCurrent = sortedSample(current, "current");
  const edges = quantileEdges(sortedReference, bins);
  const referenceCounts = countBelow(sortedReference, edges);
  const currentCounts = countBelow(sortedCurrent, edges);
  const share = (count: number, size: number): number =>
    zeroRule === "floor"
      ? Math.max(count / size, epsilon)
      : (count + epsilon) / (size + epsilon * referenceCounts.length);
  const contributions = new Float64Array(referenceCounts.length);
  let index = 0;
  for (const [bin, count] of referenceCounts.entries()) {
    const r = share(count, sortedReference.length);
    const c = share(currentCounts[bin]!, sortedCurrent.length);
    contributions[bin] = (c - r) * Math.log(c / r);
    index += contributions[bin]!;
  }
  return { index, edges, referenceCounts, currentCounts, contributions };
}

function quantileEdges(sorted: Float64Array, bins: number): Float64Array {
  const edges: number[] = [];
  for (let k = 1; k < bins; k++) {
    const edge = interpolate(sorted, (sorted.length - 1) * (k / bins));
    if (edges.length === 0 || edge > edges[edges.length - 1]!) edges.push(edge);
  }
  return Float64Array.from(edges);
}

/** NumPy's rule, to the last bit: from the nearer end, because an edge one bit beside a value moves counts. */
function interpolate(sorted: Float64Array, position: number): number {
  const floor = Math.floor(position);
  const below = sorted[floor]!;
  const above = sorted[Math.min(floor + 1, sorted.length - 1)]!;
  const part = position - floor;
  if (part === 0 || below === above) return below;
  return part >= 0.5 ? above - (above - below) * (1 - part) : below + (above - below) * part;
}

/** Counts of the values in (edge before, edge]. */
function countBelow(sorted: Float64Array, edges: Float64Array): Uint32Array {
  const counts = new Uint32Array(edges.length + 1);
  let bin = 0;
  for (const value of sorted) {
    while (bin < edges.length && value > edges[bin]!) bin++;
    counts[bin]! += 1;
  }
  return counts;
}
