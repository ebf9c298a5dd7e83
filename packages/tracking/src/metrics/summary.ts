/** One point of a metric. */
export interface MetricPoint {
  readonly value: number;
  readonly step: bigint;
  /** Microseconds since the epoch. */
  readonly time: number;
}

/** What is kept of a metric beside its history. Minimum and maximum leave NaN out; they are absent while all values are NaN. */
export interface MetricSummary {
  readonly latest: MetricPoint;
  readonly first: MetricPoint;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

/**
 * Negative if `a` comes before `b`: by step, then time, then value; NaN is below every number, −0 below 0. The latest point is
 * the largest, as in MLflow, whatever the order in which points arrive.
 */
export function comparePoints(a: MetricPoint, b: MetricPoint): number {
  if (a.step !== b.step) return a.step < b.step ? -1 : 1;
  if (a.time !== b.time) return a.time - b.time;
  return compareValues(a.value, b.value);
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
  if (Number.isNaN(point.value)) return { latest: point, first: point };
  return { latest: point, first: point, minimum: point.value, maximum: point.value };
}

/** The summary of the points of both. Commutative, associative and idempotent, so that a batch may be merged twice. */
export function mergeSummaries(a: MetricSummary, b: MetricSummary): MetricSummary {
  return {
    latest: comparePoints(a.latest, b.latest) >= 0 ? a.latest : b.latest,
    first: comparePoints(a.first, b.first) <= 0 ? a.first : b.first,
    minimum: smaller(a.minimum, b.minimum),
    maximum: larger(a.maximum, b.maximum),
  };
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareValues(a, b) <= 0 ? a : b;
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareValues(a, b) >= 0 ? a : b;
}
