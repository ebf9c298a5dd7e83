import { chiSquareContingency } from "@millwright/core/statistics";
import type { CategoricalSample } from "../samples/sample.js";
import type { FeatureDrift } from "./drift-report.js";
import type { Finding, RawTest } from "./finding.js";
import { expectedIndex } from "./numeric.js";

/** How a null is called among the categories. */
export const nullCategory = "(null)";

const floorShare = 1e-4;

/** Compares two samples of categories, with null as one of them, by chi-square. */
export function compareCategorical(reference: CategoricalSample, current: CategoricalSample): Finding {
  const categories = [...new Set([...withNulls(reference).keys(), ...withNulls(current).keys()])].sort();
  const countsOf = (sample: CategoricalSample): number[] => {
    const counts = withNulls(sample);
    return categories.map((category) => counts.get(category) ?? 0);
  };
  const [before, now] = [countsOf(reference), countsOf(current)];
  const distribution = { categories, reference: before, current: now };
  const unseen = unseenCategories(reference, current);
  if (reference.rows === 0 || current.rows === 0)
    return { tests: [], stabilityIndex: 0, unseen, distribution };
  const stabilityIndex = indexOf(before, now);
  const expected = expectedIndex(categories.length, reference.rows, current.rows);
  const { statistic, pValue, degreesOfFreedom } = chiSquareContingency([before, now], { correction: false });
  const test: RawTest = {
    name: "chi-square",
    statistic,
    pValue,
    degreesOfFreedom,
    effect: Math.max(0, stabilityIndex - expected),
  };
  return { tests: [test], stabilityIndex, unseen, distribution };
}

/** A text that is called like the null is told apart from it. */
function withNulls({ counts, nulls }: CategoricalSample): Map<string, number> {
  const named = new Map(counts);
  const clash = named.get(nullCategory);
  if (clash !== undefined) {
    named.delete(nullCategory);
    named.set(`"${nullCategory}"`, clash);
  }
  if (nulls > 0) named.set(nullCategory, nulls);
  return named;
}

function unseenCategories(reference: CategoricalSample, current: CategoricalSample): FeatureDrift["unseen"] {
  return [...current.counts]
    .filter(([category]) => !reference.counts.has(category))
    .map(([category, count]) => ({ category, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, 20);
}

/** Population stability index by category; an empty one counts as a share of 0.0001. */
function indexOf(before: readonly number[], now: readonly number[]): number {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  const [referenceTotal, currentTotal] = [total(before), total(now)];
  return before.reduce((sum, count, index) => {
    const reference = Math.max(count / referenceTotal, floorShare);
    const current = Math.max(now[index]! / currentTotal, floorShare);
    return sum + (current - reference) * Math.log(current / reference);
  }, 0);
}
