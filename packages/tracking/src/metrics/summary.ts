/** One point of a metric. */
export interface MetricPoint {
  readonly value: number;
  readonly step: bigint;
  /** Microseconds since the epoch. */
  readonly time: number;
}

/** Where a point lies. */
export type MetricPlace = Omit<MetricPoint, "value">;

/**
 * What is kept of a metric beside its history. Minimum and maximum leave NaN out; they are absent while all values are NaN. Of
 * several points with that value the one with the smallest step counts, then the one with the earliest time.
 */
export interface MetricSummary {
  readonly latest: MetricPoint;
  readonly first: MetricPoint;
  readonly minimum?: number | undefined;
  /** Where the minimum was reached first. */
  readonly minimumAt?: MetricPlace | undefined;
  readonly maximum?: number | undefined;
  /** Where the maximum was reached first. */
  readonly maximumAt?: MetricPlace | undefined;
  /** The minimum or the maximum with its place, as the goal of the metric says; absent without a goal. */
  readonly best?: MetricPoint | undefined;
}

/**
 * Negative if `a` comes before `b`: by step, then time, then value; NaN is below every number, −0 below 0. The latest point is
 * the largest, as in MLflow, whatever the order in which points arrive.
 */
export function comparePoints(a: MetricPoint, b: MetricPoint): number {
  return comparePlaces(a, b) || compareValues(a.value, b.value);
}

function compareValues(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a)) return -1;
  if (Number.isNaN(b)) return 1;
  if (a === b) return Object.is(a, -0) ? -1 : 1;
  return a < b ? -1 : 1;
}

/** The summary of one point. */
export function summaryOf(point: MetricPoint): MetricSummary {
  const { value, step, time } = point;
  if (Number.isNaN(value)) return { latest: point, first: point };
  const at = { step, time };
  return { latest: point, first: point, minimum: value, minimumAt: at, maximum: value, maximumAt: at };
}

/**
 * The summary of the points of both. Commutative, associative and idempotent, so that a batch may be merged twice. The best is left
 * out: it is a choice among the rest, see {@link withBest}.
 */
export function mergeSummaries(a: MetricSummary, b: MetricSummary): MetricSummary {
  return {
    latest: comparePoints(a.latest, b.latest) >= 0 ? a.latest : b.latest,
    first: comparePoints(a.first, b.first) <= 0 ? a.first : b.first,
    ...(hasMinimum(a, b)
      ? { minimum: a.minimum, minimumAt: a.minimumAt }
      : { minimum: b.minimum, minimumAt: b.minimumAt }),
    ...(hasMaximum(a, b)
      ? { maximum: a.maximum, maximumAt: a.maximumAt }
      : { maximum: b.maximum, maximumAt: b.maximumAt }),
  };
}

/** The summary with its best point by a goal: none while all values are NaN. */
export function withBest(summary: MetricSummary, goal: "minimize" | "maximize"): MetricSummary {
  const { best: _, ...rest } = summary;
  const isMinimum = goal === "minimize";
  const value = isMinimum ? summary.minimum : summary.maximum;
  const at = isMinimum ? summary.minimumAt : summary.maximumAt;
  return value === undefined || at === undefined ? rest : { ...rest, best: { value, ...at } };
}

/** Negative if `a` comes before `b`: by step, then time. A place that is not known comes last. */
export function comparePlaces(a: MetricPlace | undefined, b: MetricPlace | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (a.step !== b.step) return a.step < b.step ? -1 : 1;
  return a.time - b.time;
}

function hasMinimum(a: MetricSummary, b: MetricSummary): boolean {
  if (a.minimum === undefined || b.minimum === undefined) return b.minimum === undefined;
  return (compareValues(a.minimum, b.minimum) || comparePlaces(a.minimumAt, b.minimumAt)) <= 0;
}

function hasMaximum(a: MetricSummary, b: MetricSummary): boolean {
  if (a.maximum === undefined || b.maximum === undefined) return b.maximum === undefined;
  return (compareValues(b.maximum, a.maximum) || comparePlaces(a.maximumAt, b.maximumAt)) <= 0;
}
