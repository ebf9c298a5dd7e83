import type { CallOptions } from "../../cancellation/abort.js";
import { invalidArgument } from "../../errors/create.js";
import { checkBatch } from "../check.js";
import type { Column, ColumnBatch } from "../column.js";
import { loadOptional } from "../optional-package.js";
import { columnSpecsOf } from "../specs.js";
import { isNull, nullCount, valuesOf } from "../values.js";
import { fieldOfSpec } from "./types.js";

/** How to write a Parquet file. */
export interface WriteParquetOptions extends CallOptions {
  /** Rows of one row group. Default: 100,000. */
  readonly rowGroupRows?: number | undefined;
}

/**
 * A batch as a Parquet file, compressed by Snappy. Timestamps are written as microseconds in UTC. A column without nulls is
 * written as required, which is many times faster to read.
 *
 * Needs the package `hyparquet-writer`.
 *
 * @throws {MillwrightError} `MISSING_DEPENDENCY`; `INVALID_ARGUMENT` if the batch is malformed or has no columns
 *
 * @example
 * ```ts
 * import { batchFromColumns, writeParquet } from "@millwright/core/columns";
 *
 * const bytes = await writeParquet(batchFromColumns({ loss: Float64Array.of(0.7, 0.4) }));
 * ```
 */
export async function writeParquet(
  batch: ColumnBatch,
  options: WriteParquetOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { rowGroupRows = 100_000, signal } = options;
  signal?.throwIfAborted();
  if (!Number.isSafeInteger(rowGroupRows) || rowGroupRows < 1) {
    throw invalidArgument("rowGroupRows", `${rowGroupRows} is not a number of rows`);
  }
  checkBatch(batch);
  const specs = columnSpecsOf(batch);
  if (specs.length === 0) throw invalidArgument("batch", "a Parquet file needs at least one column");
  const { parquetWriteBuffer } = await loadOptional(
    "hyparquet-writer",
    "writing Parquet",
    () => import("hyparquet-writer"),
  );
  signal?.throwIfAborted();
  const columns = Object.entries(batch.columns);
  const fields = specs.map((spec, index) =>
    fieldOfSpec({ ...spec, nullable: nullCount(columns[index]![1]) > 0 }),
  );
  const buffer = parquetWriteBuffer({
    schema: [{ name: "root", num_children: fields.length }, ...fields],
    columnData: columns.map(([name, column]) => ({
      name,
      data: writable(column, name),
      ...encodingOf(column),
    })),
    rowGroupSize: rowGroupRows,
    createdBy: "millwright",
  });
  return new Uint8Array(buffer);
}

// The writer's dictionaries take −0 for 0.
function encodingOf(column: Column): { encoding?: "PLAIN" } {
  return column.type === "float64" || column.type === "float32" ? { encoding: "PLAIN" } : {};
}

/** What the writer takes for a column: a typed array of the physical type, or values with null. */
function writable(
  column: Column,
  name: string,
): Float64Array | Float32Array | Int32Array | BigInt64Array | unknown[] {
  const hasNulls = nullCount(column) > 0;
  if (column.type === "timestamp") {
    return Array.from(column.values, (time, row) => {
      if (isNull(column, row)) return null;
      if (!Number.isSafeInteger(time))
        throw invalidArgument(`batch.columns.${name}`, `row ${row} is ${time}, not whole microseconds`);
      return BigInt(time);
    });
  }
  if (hasNulls) return valuesOf(column);
  switch (column.type) {
    case "float32":
    case "float64":
    case "int32":
    case "int64":
      return column.values;
    case "int8":
    case "int16":
    case "uint8":
    case "uint16":
      return Int32Array.from(column.values);
    default:
      return valuesOf(column);
  }
}
