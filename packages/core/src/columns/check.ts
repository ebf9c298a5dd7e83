import { invalidArgument } from "../errors/create.js";
import { arrayConstructor, isFixedType } from "./arrays.js";
import { bitAt, bitmapBytes } from "./bitmap.js";
import type { Column, ColumnBatch, DictionaryColumn, VariableColumn } from "./column.js";
import { isPackedUtf8 } from "./text.js";

/** Most rows of one batch. */
export const maximumRows = 0x7fffffff;

/** The number of rows of a column. */
export function columnRows(column: Column): number {
  if (column.type === "string" || column.type === "bytes") return column.offsets.length - 1;
  return column.type === "dictionary" ? column.codes.length : column.values.length;
}

/**
 * Checks that the arrays of a batch fit together, so that reading any value is safe.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of the column
 */
export function checkBatch(batch: ColumnBatch, path = "batch"): void {
  const { rows, columns } = batch;
  if (!Number.isInteger(rows) || rows < 0 || rows > maximumRows) {
    throw invalidArgument(`${path}.rows`, `${rows} is not a number of rows from 0 to ${maximumRows}`);
  }
  for (const [name, column] of Object.entries(columns)) {
    const problem = problemOfColumn(column, rows);
    if (problem !== undefined) throw invalidArgument(`${path}.columns.${name}`, problem);
  }
}

/** What is wrong with a column of so many rows; `undefined` if nothing is. */
export function problemOfColumn(column: Column, rows: number): string | undefined {
  if (column.validity !== undefined) {
    if (!(column.validity instanceof Uint8Array)) return "the validity is not a Uint8Array";
    if (column.validity.length < bitmapBytes(rows)) return `the validity has fewer than ${rows} bits`;
  }
  if (column.type === "dictionary") return problemOfDictionary(column, rows);
  if (column.type === "string" || column.type === "bytes") return problemOfVariable(column, rows);
  if (!isFixedType(column.type)) return `${JSON.stringify((column as Column).type)} is not a column type`;
  const expected = arrayConstructor(column.type);
  if (!(column.values instanceof (expected as unknown as new () => object))) {
    return `the values of ${column.type} are not a ${(expected as unknown as { name: string }).name}`;
  }
  if (column.values.length !== rows) return `it has ${column.values.length} rows, the batch has ${rows}`;
  if (column.type === "bool" && column.values.some((value) => value > 1)) return "a bool is neither 0 nor 1";
  return undefined;
}

function problemOfVariable({ type, offsets, data }: VariableColumn, rows: number): string | undefined {
  if (!(offsets instanceof Int32Array)) return "the offsets are not an Int32Array";
  if (!(data instanceof Uint8Array)) return "the data is not a Uint8Array";
  if (offsets.length !== rows + 1) return `it has ${offsets.length - 1} rows, the batch has ${rows}`;
  if (offsets[0] !== 0) return "the first offset is not 0";
  for (let row = 0; row < rows; row++)
    if (offsets[row]! > offsets[row + 1]!) return `the offsets fall at row ${row}`;
  if (offsets[rows]! > data.length) return "the last offset lies behind the data";
  return type === "string" && !isPackedUtf8({ offsets, data }) ? "a string is not UTF-8" : undefined;
}

function problemOfDictionary(
  { codes, dictionary, validity }: DictionaryColumn,
  rows: number,
): string | undefined {
  if (!(codes instanceof Int32Array)) return "the codes are not an Int32Array";
  if (codes.length !== rows) return `it has ${codes.length} rows, the batch has ${rows}`;
  for (let row = 0; row < rows; row++) {
    if (codes[row]! >>> 0 < dictionary.length) continue;
    if (validity === undefined || bitAt(validity, row))
      return `the code ${codes[row]} of row ${row} is not in the dictionary`;
  }
  return undefined;
}
