import {
  chiSquareContingency,
  kolmogorovSmirnov,
  populationStabilityIndex,
} from "@millwright/core/statistics";
import type { NumericSample } from "../samples/sample.js";
import type { Distribution } from "./drift-report.js";
import type { Finding, RawTest } from "./finding.js";

const pictureBins = 24;

/** Compares two samples of numbers: the shape by Kolmogorov and Smirnov, the share of nulls and NaN apart. */
export function compareNumeric(reference: NumericSample, current: NumericSample): Finding {
  const tests: RawTest[] = [];
  let stabilityIndex = 0;
  const nullRate = compareNullRates(reference, current);
  if (nullRate !== undefined) tests.push(nullRate);
  if (reference.values.length > 0 && current.values.length > 0) {
    const { statistic, pValue } = kolmogorovSmirnov(reference.values, current.values);
    const { index, referenceCounts } = populationStabilityIndex(reference.values, current.values);
    stabilityIndex = index;
    const expected = expectedIndex(referenceCounts.length, reference.values.length, current.values.length);
    tests.push({ name: "kolmogorov-smirnov", statistic, pValue, effect: Math.max(0, index - expected) });
  }
  return { tests, stabilityIndex, unseen: [], distribution: pictureOf(reference.values, current.values) };
}

/** The mean of the index without drift: (bins − 1)(1/n + 1/m). */
export function expectedIndex(bins: number, referenceSize: number, currentSize: number): number {
  return (bins - 1) * (1 / referenceSize + 1 / currentSize);
}

function compareNullRates(reference: NumericSample, current: NumericSample): RawTest | undefined {
  const [missing, now] = [reference.nulls + reference.notANumber, current.nulls + current.notANumber];
  const rows = reference.rows + current.rows;
  if (missing + now === 0 || missing + now === rows || reference.rows === 0 || current.rows === 0)
    return undefined;
  const { statistic, pValue, degreesOfFreedom } = chiSquareContingency([
    [missing, reference.rows - missing],
    [now, current.rows - now],
  ]);
  const effect = Math.abs(now / current.rows - missing / reference.rows);
  return { name: "null-rate", statistic, pValue, degreesOfFreedom, effect };
}

/** Bins of equal width over the central 99 % of both together, so that one outlier does not flatten the picture. */
function pictureOf(reference: Float64Array, current: Float64Array): Distribution {
  const finite = Float64Array.from([...reference, ...current].filter(Number.isFinite)).sort();
  const low = finite[Math.floor(finite.length * 0.005)];
  const high = finite[Math.ceil(finite.length * 0.995) - 1];
  if (low === undefined || high === undefined) return { edges: [0, 1], reference: [0], current: [0] };
  const bins = high > low ? pictureBins : 1;
  const width = high > low ? (high - low) / bins : 1;
  const edges = Array.from({ length: bins + 1 }, (_, index) =>
    index === bins && high > low ? high : low + index * width,
  );
  const count = (values: Float64Array): number[] => {
    const counts = new Array<number>(bins).fill(0);
    for (const value of values)
      counts[Math.min(bins - 1, Math.max(0, Math.floor((value - low) / width)))]! += 1;
    return counts;
  };
  return { edges, reference: count(reference), current: count(current) };
}
