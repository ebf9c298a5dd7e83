import type { MetricSummary } from "../metrics/summary.js";
import type { ComparedRun } from "./compared-run.js";
import { type ComparedNumber, comparedNumber, identityOf, numberOf } from "./compared-value.js";
import type { BestRun, MetricDifference } from "./comparison.js";
import { keysOf, own } from "./keys.js";

/** The metrics whose summaries are not the same in all runs. */
export function metricDifferences(runs: readonly ComparedRun[]): MetricDifference[] {
  return keysOf(runs.map(({ metrics }) => metrics)).flatMap((key) => {
    const summaries = runs.map(({ metrics }) => own(metrics, key));
    const latest = summaries.map((summary) => numberOrNull(summary?.latest.value));
    const minimum = summaries.map((summary) => numberOrNull(summary?.minimum));
    const maximum = summaries.map((summary) => numberOrNull(summary?.maximum));
    if (isSame(latest, summaries) && isSame(minimum, summaries) && isSame(maximum, summaries)) return [];
    const spread = spreadOf(latest);
    const [lowest, highest] = [bestOf(runs, minimum, -1), bestOf(runs, maximum, 1)];
    return [
      {
        ...{ key, latest, minimum, maximum },
        best: {
          ...(lowest === undefined ? {} : { minimum: lowest }),
          ...(highest === undefined ? {} : { maximum: highest }),
        },
        ...(spread === undefined ? {} : { spread }),
      },
    ];
  });
}

function numberOrNull(value: number | undefined): ComparedNumber | null {
  return value === undefined ? null : comparedNumber(value);
}

function isSame(
  values: readonly (ComparedNumber | null)[],
  summaries: readonly (MetricSummary | undefined)[],
): boolean {
  // Not logged, and logged without a number, are different.
  const identities = values.map((value, index) => summaries[index] !== undefined && identityOf(value));
  return new Set(identities).size === 1;
}

function bestOf(
  runs: readonly ComparedRun[],
  values: readonly (ComparedNumber | null)[],
  sign: 1 | -1,
): BestRun | undefined {
  let best: { run: string; value: ComparedNumber; number: number } | undefined;
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const number = numberOf(value)!;
    if (best === undefined || sign * number > sign * best.number)
      best = { run: runs[index]!.id, value, number };
  }
  return best === undefined ? undefined : { run: best.run, value: best.value };
}

/** Mean and deviation by Welford's updates, scaled so that squares of large values do not overflow. */
function spreadOf(values: readonly (ComparedNumber | null)[]): MetricDifference["spread"] {
  const finite = values.filter((value) => typeof value === "number");
  if (finite.length === 0) return undefined;
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const scale = Math.max(Math.abs(low), Math.abs(high)) || 1;
  let [mean, squares] = [0, 0];
  for (const [index, value] of finite.entries()) {
    const before = value / scale - mean;
    mean += before / (index + 1);
    squares += before * (value / scale - mean);
  }
  const deviation = finite.length === 1 ? 0 : Math.sqrt(squares / (finite.length - 1));
  // Rounding can push the mean of equal values beside them.
  const inside = Math.min(Math.max(mean * scale, low), high);
  return { low, high, mean: inside, standardDeviation: Math.min(deviation * scale, Number.MAX_VALUE) };
}
