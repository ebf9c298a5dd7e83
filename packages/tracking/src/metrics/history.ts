import type { CallOptions, Key, TableStore } from "@millwright/core";
import { pointColumns } from "./summarise.js";
import { comparePoints, type MetricPoint } from "./summary.js";

/** All points of one metric of one run, by step, then time, then value. Equal points are there once: a history is a set. */
export interface MetricHistory {
  readonly key: string;
  readonly steps: BigInt64Array;
  readonly values: Float64Array;
  /** Microseconds since the epoch. */
  readonly times: Float64Array;
}

/** The history of one metric of one run. */
export interface RunMetricHistory extends MetricHistory {
  /** The id of its run. */
  readonly run: string;
}

/** Reads the history of a metric from the table of its run. Empty if nothing was logged. */
export async function readHistory(
  tables: TableStore,
  table: Key,
  key: string,
  options: CallOptions,
): Promise<MetricHistory> {
  return (await readHistories(tables, table, new Set([key]), options)).get(key) ?? inOrder(joined(key, []));
}

/** Reads the histories of some metrics from the table of their run, in one scan. Those of which nothing was logged are left out. */
export async function readHistories(
  tables: TableStore,
  table: Key,
  wanted: ReadonlySet<string>,
  options: CallOptions,
): Promise<Map<string, MetricHistory>> {
  const parts = new Map<string, MetricHistory[]>();
  for await (const { batch } of tables.scan(table, {
    columns: ["key", "step", "value", "time"],
    signal: options.signal,
  })) {
    const { keys, codes, steps, values, times } = pointColumns(batch);
    for (const [code, rows] of rowsByCode(keys, codes, wanted)) {
      const key = keys[code]!;
      const whole = { key, steps, values, times };
      const before = parts.get(key);
      const part = rows.length === batch.rows ? whole : taken(whole, rows);
      if (before === undefined) parts.set(key, [part]);
      else before.push(part);
    }
  }
  return new Map(Array.from(parts, ([key, some]) => [key, inOrder(joined(key, some))]));
}

/** The rows of each wanted key that has any, in two passes however many keys there are. */
function* rowsByCode(
  keys: readonly string[],
  codes: Int32Array,
  wanted: ReadonlySet<string>,
): Generator<[code: number, rows: Int32Array]> {
  const counts = new Int32Array(keys.length);
  for (const code of codes) counts[code]!++;
  const ends = new Int32Array(keys.length);
  let total = 0;
  for (const [code, key] of keys.entries()) {
    if (!wanted.has(key)) counts[code] = 0;
    ends[code] = total;
    total += counts[code]!;
  }
  const rows = new Int32Array(total);
  for (const [row, code] of codes.entries()) if (counts[code] !== 0) rows[ends[code]!++] = row;
  for (const [code, count] of counts.entries())
    if (count > 0) yield [code, rows.subarray(ends[code]! - count, ends[code])];
}

function joined(key: string, parts: readonly MetricHistory[]): MetricHistory {
  const length = parts.reduce((sum, part) => sum + part.values.length, 0);
  const whole = {
    key,
    steps: new BigInt64Array(length),
    values: new Float64Array(length),
    times: new Float64Array(length),
  };
  let offset = 0;
  for (const { steps, values, times } of parts) {
    whole.steps.set(steps, offset);
    whole.values.set(values, offset);
    whole.times.set(times, offset);
    offset += values.length;
  }
  return whole;
}

/** The points in their order, each once. Most histories were logged that way. */
function inOrder(history: MetricHistory): MetricHistory {
  const { steps, values, times } = history;
  const at = (row: number): MetricPoint => ({ value: values[row]!, step: steps[row]!, time: times[row]! });
  let ordered = 1;
  while (
    ordered < values.length &&
    (steps[ordered - 1]! < steps[ordered]! || comparePoints(at(ordered - 1), at(ordered)) < 0)
  )
    ordered++;
  if (ordered >= values.length) return history;
  const order = Uint32Array.from(values, (_, row) => row).sort((a, b) => comparePoints(at(a), at(b)));
  const distinct = order.filter(
    (row, index) => index === 0 || comparePoints(at(order[index - 1]!), at(row)) !== 0,
  );
  return taken(history, distinct);
}

function taken({ key, steps, values, times }: MetricHistory, rows: Int32Array | Uint32Array): MetricHistory {
  const part = {
    key,
    steps: new BigInt64Array(rows.length),
    values: new Float64Array(rows.length),
    times: new Float64Array(rows.length),
  };
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    part.steps[index] = steps[row]!;
    part.values[index] = values[row]!;
    part.times[index] = times[row]!;
  }
  return part;
}
