import type { CallOptions, Column, Key, TableStore } from "@millwright/core";
import { comparePoints, type MetricPoint } from "./summary.js";

/** All points of one metric of one run, by step, then time, then value. Equal points are there once: a history is a set. */
export interface MetricHistory {
  readonly key: string;
  readonly steps: BigInt64Array;
  readonly values: Float64Array;
  /** Microseconds since the epoch. */
  readonly times: Float64Array;
}

/** Reads the history of a metric from the table of its run. Empty if nothing was logged. */
export async function readHistory(
  tables: TableStore,
  table: Key,
  key: string,
  options: CallOptions,
): Promise<MetricHistory> {
  const points: MetricPoint[] = [];
  for await (const { batch } of tables.scan(table, {
    columns: ["key", "step", "value", "time"],
    signal: options.signal,
  })) {
    const { key: keys, step, value, time } = batch.columns as Record<string, Column>;
    if (
      keys?.type !== "dictionary" ||
      step?.type !== "int64" ||
      value?.type !== "float64" ||
      time?.type !== "timestamp"
    )
      continue;
    const code = keys.dictionary.indexOf(key);
    if (code === -1) continue;
    for (let row = 0; row < batch.rows; row++) {
      if (keys.codes[row] !== code) continue;
      points.push({ value: value.values[row]!, step: step.values[row]!, time: time.values[row]! });
    }
  }
  points.sort(comparePoints);
  const distinct = points.filter(
    (point, index) => index === 0 || comparePoints(points[index - 1]!, point) !== 0,
  );
  return {
    key,
    steps: BigInt64Array.from(distinct, (point) => point.step),
    values: Float64Array.from(distinct, (point) => point.value),
    times: Float64Array.from(distinct, (point) => point.time),
  };
}
