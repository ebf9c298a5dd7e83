import type { MetricPlace, MetricPoint, MetricSummary } from "../metrics/summary.js";

/** A step as it is stored: a number where that is exact, since it is read many times faster. */
type StoredStep = number | bigint;

/**
 * The summary of a metric in the record of its run: value, step and time of the latest and of the first point, of the minimum and of the
 * maximum; `null` where there is none. The best point follows from the goal. One short array rather than objects: records are read by
 * the hundred, and most of one are its metrics.
 */
export type StoredSummary = readonly (number | bigint | null)[];

const fields = 12;

/** Whether a value is a {@link StoredSummary}. */
export function isStoredSummary(value: unknown): value is StoredSummary {
  if (!Array.isArray(value) || value.length < fields) return false;
  for (let index = 0; index < fields; index++) {
    const field: unknown = value[index];
    const isStep = index % 3 === 1;
    if (typeof field === "number" ? isStep && !Number.isSafeInteger(field) : !isOther(field, isStep, index))
      return false;
  }
  return true;
}

function isOther(field: unknown, isStep: boolean, index: number): boolean {
  return field === null ? index >= 6 : isStep && typeof field === "bigint";
}

/** The stored form of a summary. */
export function toStoredSummary({
  latest,
  first,
  minimum,
  minimumAt,
  maximum,
  maximumAt,
}: MetricSummary): StoredSummary {
  return [
    ...[latest.value, storedStep(latest), latest.time],
    ...[first.value, storedStep(first), first.time],
    ...[minimum ?? null, storedStep(minimumAt), minimumAt?.time ?? null],
    ...[maximum ?? null, storedStep(maximumAt), maximumAt?.time ?? null],
  ];
}

/** The summary, without its best point. */
export function fromStoredSummary(stored: StoredSummary): MetricSummary {
  const minimumAt = placeAt(stored, 7);
  const maximumAt = placeAt(stored, 10);
  return {
    latest: pointAt(stored, 0),
    first: pointAt(stored, 3),
    ...(stored[6] === null ? {} : { minimum: stored[6] as number }),
    ...(minimumAt === undefined ? {} : { minimumAt }),
    ...(stored[9] === null ? {} : { maximum: stored[9] as number }),
    ...(maximumAt === undefined ? {} : { maximumAt }),
  };
}

function storedStep(place: MetricPlace): StoredStep;
function storedStep(place: MetricPlace | undefined): StoredStep | null;
function storedStep(place: MetricPlace | undefined): StoredStep | null {
  if (place === undefined) return null;
  const step = Number(place.step);
  return Number.isSafeInteger(step) ? step : place.step;
}

function pointAt(stored: StoredSummary, index: number): MetricPoint {
  return {
    value: stored[index] as number,
    step: BigInt(stored[index + 1] as StoredStep),
    time: stored[index + 2] as number,
  };
}

function placeAt(stored: StoredSummary, index: number): MetricPlace | undefined {
  const step = stored[index] as StoredStep | null;
  return step === null ? undefined : { step: BigInt(step), time: stored[index + 1] as number };
}
