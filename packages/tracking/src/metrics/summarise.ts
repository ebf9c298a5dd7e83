import type { ColumnBatch } from "@millwright/core";
import { trackingError } from "../errors.js";
import { comparePoints, type MetricPoint, type MetricSummary, mergeSummaries, summaryOf } from "./summary.js";

/** The columns of a batch of points. */
export interface PointColumns {
  readonly keys: readonly string[];
  readonly codes: Int32Array;
  readonly steps: BigInt64Array;
  readonly values: Float64Array;
  /** Microseconds since the epoch. */
  readonly times: Float64Array;
}

/** @throws {MillwrightError} `CORRUPT` if the batch holds other columns */
export function pointColumns({ columns }: ColumnBatch): PointColumns {
  const { key, step, value, time } = columns;
  if (
    key?.type !== "dictionary" ||
    step?.type !== "int64" ||
    value?.type !== "float64" ||
    time?.type !== "timestamp"
  ) {
    throw trackingError(
      "CORRUPT",
      "a batch of points does not have the columns key, step, value and time. Restore it from a backup",
    );
  }
  return {
    keys: key.dictionary,
    codes: key.codes,
    steps: step.values,
    values: value.values,
    times: time.values,
  };
}

/** What is kept of each metric of a batch of points. */
export function summarise(batch: ColumnBatch): Map<string, MetricSummary> {
  const { keys, codes, steps, values, times } = pointColumns(batch);
  const found: (Extremes | undefined)[] = new Array(keys.length).fill(undefined);
  const at = (row: number): MetricPoint => ({ value: values[row]!, step: steps[row]!, time: times[row]! });
  // Points mostly come in their order, so a row is first compared by its step alone.
  const isBehind = (row: number, other: number): boolean =>
    steps[row]! === steps[other]! ? comparePoints(at(row), at(other)) > 0 : steps[row]! > steps[other]!;
  /** Whether a row has the value of another, and comes before it. */
  const isFirstOfEqual = (row: number, other: number): boolean =>
    values[row]! === values[other]! &&
    steps[row]! <= steps[other]! &&
    Object.is(values[row], values[other]) &&
    comparePoints(at(row), at(other)) < 0;
  for (let row = 0; row < batch.rows; row++) {
    const code = codes[row]!;
    const extremes = found[code];
    if (extremes === undefined) {
      found[code] = { first: row, latest: row, smallest: row, largest: row };
      continue;
    }
    if (isBehind(row, extremes.latest)) extremes.latest = row;
    else if (!isBehind(row, extremes.first)) extremes.first = row;
    const value = values[row]!;
    if (isBelow(value, values[extremes.smallest]!) || isFirstOfEqual(row, extremes.smallest))
      extremes.smallest = row;
    if (isAbove(value, values[extremes.largest]!) || isFirstOfEqual(row, extremes.largest))
      extremes.largest = row;
  }
  const summaries = new Map<string, MetricSummary>();
  for (const [code, extremes] of found.entries()) {
    if (extremes === undefined) continue;
    const { first, latest, smallest, largest } = extremes;
    const parts = [first, latest, smallest, largest].map((row) => summaryOf(at(row)));
    const ends = mergeSummaries(parts[0]!, parts[1]!);
    const { minimum, minimumAt } = parts[2]!;
    const { maximum, maximumAt } = parts[3]!;
    summaries.set(keys[code]!, {
      ...ends,
      ...(minimum === undefined ? {} : { minimum, minimumAt }),
      ...(maximum === undefined ? {} : { maximum, maximumAt }),
    });
  }
  return summaries;
}

/** Rows of the batch. */
interface Extremes {
  first: number;
  latest: number;
  smallest: number;
  largest: number;
}

/** NaN is neither small nor large; −0 is below 0. */
function isBelow(value: number, other: number): boolean {
  return (
    value < other ||
    (value === 0 && Object.is(value, -0) && Object.is(other, 0)) ||
    isNumberOver(value, other)
  );
}

function isAbove(value: number, other: number): boolean {
  return (
    value > other ||
    (value === 0 && Object.is(value, 0) && Object.is(other, -0)) ||
    isNumberOver(value, other)
  );
}

function isNumberOver(value: number, other: number): boolean {
  return Number.isNaN(other) && !Number.isNaN(value);
}
