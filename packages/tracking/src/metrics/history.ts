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

/** Reads the history of a metric from the table of its run. Empty if nothing was logged. */
export async function readHistory(
  tables: TableStore,
  table: Key,
  key: string,
  options: CallOptions,
): Promise<MetricHistory> {
  const parts: MetricHistory[] = [];
  for await (const { batch } of tables.scan(table, {
    columns: ["key", "step", "value", "time"],
    signal: options.signal,
  })) {
    const { keys, codes, steps, values, times } = pointColumns(batch);
    const code = keys.indexOf(key);
    if (code === -1) continue;
    const rows = rowsOfCode(codes, code);
    parts.push(
      rows.length === batch.rows ? { key, steps, values, times } : taken({ key, steps, values, times }, rows),
    );
  }
  return inOrder(joined(key, parts));
}

function rowsOfCode(codes: Int32Array, code: number): Int32Array {
  const rows = new Int32Array(codes.length);
  let found = 0;
  for (let row = 0; row < codes.length; row++) if (codes[row] === code) rows[found++] = row;
  return rows.subarray(0, found);
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
