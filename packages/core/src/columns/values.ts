import { invalidArgument } from "../errors/create.js";
import { bitAt, countBits } from "./bitmap.js";
import { columnRows } from "./check.js";
import type { Column, ColumnBatch } from "./column.js";
import { textAt, unpackText } from "./text.js";

/** One value by itself: bigint for int64 and uint64, boolean for bool, microseconds for a timestamp, `null` for null. */
export type ColumnValue = string | number | bigint | boolean | Uint8Array | null;

/** A row as a plain object. */
export type ColumnRow = Record<string, ColumnValue>;

/** Whether there is no value in the row. */
export function isNull(column: Column, row: number): boolean {
  return column.validity !== undefined && !bitAt(column.validity, row);
}

/** How many rows are null. */
export function nullCount(column: Column): number {
  const rows = columnRows(column);
  return column.validity === undefined ? 0 : rows - countBits(column.validity, rows);
}

/**
 * The value of one row. For single values: loops over many rows read the arrays of the column.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if there is no such row
 */
export function valueAt(column: Column, row: number): ColumnValue {
  if (!(row >= 0 && row < columnRows(column))) throw invalidArgument("row", `there is no row ${row}`);
  if (isNull(column, row)) return null;
  switch (column.type) {
    case "string":
      return textAt(column, row);
    case "bytes":
      return column.data.subarray(column.offsets[row], column.offsets[row + 1]);
    case "dictionary":
      return column.dictionary[column.codes[row]!]!;
    case "bool":
      return column.values[row] !== 0;
    default:
      return column.values[row]!;
  }
}

/** All values of a column as an array. */
export function valuesOf(column: Column): ColumnValue[] {
  const rows = columnRows(column);
  if (column.type === "string") {
    const texts: (string | null)[] = unpackText(column);
    if (column.validity !== undefined) {
      for (let row = 0; row < rows; row++) if (!bitAt(column.validity, row)) texts[row] = null;
    }
    return texts;
  }
  return Array.from({ length: rows }, (_, row) => valueAt(column, row));
}

/**
 * The rows as plain objects, one after the other. For edges and tests: it is hundreds of times slower than the arrays.
 *
 * @example
 * ```ts
 * import { batchFrom, rowsOf } from "@millwright/core/columns";
 *
 * const batch = batchFrom([{ name: "age", type: "int32", nullable: true }], [{ age: 41 }, { age: null }]);
 * console.log([...rowsOf(batch)]); // [{ age: 41 }, { age: null }]
 * ```
 */
export function* rowsOf(batch: ColumnBatch): Generator<ColumnRow, void, undefined> {
  const columns = Object.entries(batch.columns).map(([name, column]) => [name, valuesOf(column)] as const);
  for (let row = 0; row < batch.rows; row++) {
    yield Object.fromEntries(columns.map(([name, values]) => [name, values[row]!]));
  }
}
