import { toCanonicalJson } from "../encoding/canonical-json.js";
import { invalidArgument } from "../errors/create.js";
import type { Digest, Hasher } from "../identity/digest.js";
import { createHasher, digestOf } from "../identity/hasher.js";
import { arrayConstructor, bytesOf } from "./arrays.js";
import { checkBatch } from "./check.js";
import type { Column, ColumnBatch, FixedColumn, VariableColumn } from "./column.js";
import { stringsOf } from "./dictionary.js";
import { requireLittleEndian } from "./format.js";
import { isNull, nullCount } from "./values.js";

/** Digests a dataset that arrives batch by batch. */
export interface DatasetHasher {
  /** @throws {MillwrightError} `INVALID_ARGUMENT` if the batch has other columns than the first */
  update(batch: ColumnBatch): void;
  /** Ends the computation; call it once. */
  digest(): Digest;
}

/**
 * The digest of the content of some rows: names, types and values in the order of the rows. It does not depend on how the
 * rows are divided into batches, on the order of the columns, on dictionaries, on what lies under a null, or on the bits
 * of a NaN; −0 and 0 differ.
 *
 * It is the SHA-256 of canonical JSON with, for each column by name, the SHA-256 of its values (little-endian, 0 where
 * null; of strings and bytes, the lengths as uint32 and the contents apart) and of the row numbers of its nulls (float64).
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if the batches differ in columns
 *
 * @example
 * ```ts
 * import { batchFromColumns, datasetDigest } from "@millwright/core/columns";
 *
 * const whole = batchFromColumns({ x: Float64Array.of(1, 2) });
 * const parts = [batchFromColumns({ x: Float64Array.of(1) }), batchFromColumns({ x: Float64Array.of(2) })];
 * console.log(datasetDigest(whole) === datasetDigest(parts)); // true
 * ```
 */
export function datasetDigest(data: ColumnBatch | Iterable<ColumnBatch>): Digest {
  const hasher = createDatasetHasher();
  if (Symbol.iterator in data) for (const batch of data) hasher.update(batch);
  else hasher.update(data);
  return hasher.digest();
}

/** {@link datasetDigest} for rows that do not fit into memory at once. */
export function createDatasetHasher(): DatasetHasher {
  requireLittleEndian();
  let columns: ReadonlyMap<string, ColumnHasher> | undefined;
  let rows = 0;
  return {
    update(batch) {
      checkBatch(batch);
      const entries = Object.entries(batch.columns);
      columns ??= new Map(entries.map(([name, column]) => [name, createColumnHasher(contentType(column))]));
      for (const [name, column] of entries) {
        const type = columns.get(name)?.type;
        if (type !== contentType(column)) {
          throw invalidArgument(
            `batch.columns.${name}`,
            `it is ${contentType(column)} here and ${type ?? "absent"} in the first batch`,
          );
        }
      }
      if (entries.length !== columns.size)
        throw invalidArgument("batch.columns", "a column of the first batch is absent");
      for (const [name, column] of entries) columns.get(name)!.update(column, rows);
      rows += batch.rows;
    },
    digest() {
      const described = [...(columns ?? [])].map(
        ([name, column]) => [name, { type: column.type, ...column.digests() }] as const,
      );
      return digestOf(toCanonicalJson({ columns: Object.fromEntries(described), rows, version: 1 }));
    },
  };
}

interface ColumnHasher {
  readonly type: string;
  update(column: Column, firstRow: number): void;
  digests(): { values: Digest; nulls: Digest; lengths?: Digest };
}

function contentType(column: Column): string {
  return column.type === "dictionary" ? "string" : column.type;
}

function createColumnHasher(type: string): ColumnHasher {
  const values = createHasher();
  const nulls = createHasher();
  const lengths = type === "string" || type === "bytes" ? createHasher() : undefined;
  return {
    type,
    update(column, firstRow) {
      if (nullCount(column) > 0) nulls.update(bytesOf(nullRows(column, firstRow)));
      if (column.type === "dictionary") hashVariable(stringsOf(column), values, lengths!);
      else if (column.type === "string" || column.type === "bytes") hashVariable(column, values, lengths!);
      else values.update(bytesOf(canonicalValues(column)));
    },
    digests: () => ({
      values: values.digest(),
      nulls: nulls.digest(),
      ...(lengths === undefined ? {} : { lengths: lengths.digest() }),
    }),
  };
}

function nullRows(column: Column, firstRow: number): Float64Array {
  const rows = new Float64Array(nullCount(column));
  for (let row = 0, found = 0; found < rows.length; row++)
    if (isNull(column, row)) rows[found++] = firstRow + row;
  return rows;
}

function canonicalValues(column: FixedColumn): FixedColumn["values"] {
  const isFloat = column.type === "float64" || column.type === "float32" || column.type === "timestamp";
  const hasNaN = isFloat && (column.values as Float64Array).some(Number.isNaN);
  if (!hasNaN && nullCount(column) === 0) return column.values;
  const values = new (arrayConstructor(column.type))(column.values.length) as Float64Array;
  values.set(column.values as Float64Array);
  const zero = (typeof column.values[0] === "bigint" ? 0n : 0) as number;
  for (let row = 0; row < values.length; row++) if (isNull(column, row)) values[row] = zero;
  if (hasNaN) canonicaliseNaN(values);
  return values;
}

// An engine may keep the payload of a NaN on assignment, so the bits are written as integers.
function canonicaliseNaN(values: Float64Array | Float32Array): void {
  if (values instanceof Float32Array) {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let row = 0; row < bits.length; row++) if (Number.isNaN(values[row])) bits[row] = 0x7fc00000;
  } else {
    const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length);
    for (let row = 0; row < bits.length; row++)
      if (Number.isNaN(values[row])) bits[row] = 0x7ff8000000000000n;
  }
}

function hashVariable(column: VariableColumn, values: Hasher, lengths: Hasher): void {
  const { offsets, data } = column;
  const rows = offsets.length - 1;
  const sizes = new Uint32Array(rows);
  let dense = true;
  for (let row = 0; row < rows; row++) {
    if (!isNull(column, row)) sizes[row] = offsets[row + 1]! - offsets[row]!;
    else if (offsets[row + 1] !== offsets[row]) dense = false;
  }
  lengths.update(bytesOf(sizes));
  if (dense) values.update(data.subarray(0, offsets[rows]));
  else
    for (let row = 0; row < rows; row++)
      if (!isNull(column, row)) values.update(data.subarray(offsets[row], offsets[row + 1]));
}
