import { invalidArgument } from "../errors/create.js";
import { arrayConstructor, fixedColumn } from "./arrays.js";
import { bitAt, bitmapBytes, setBit, sliceBitmap } from "./bitmap.js";
import type { Column, ColumnBatch, VariableColumn } from "./column.js";
import { tooLarge } from "./text.js";

/**
 * Rows `start` to `end` (exclusive). Values are views on the same arrays where that is possible.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` unless `0 <= start <= end <= rows`
 */
export function sliceBatch(batch: ColumnBatch, start: number, end: number = batch.rows): ColumnBatch {
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > batch.rows) {
    throw invalidArgument("start", `${start} to ${end} is not a range of the ${batch.rows} rows`);
  }
  if (start === 0 && end === batch.rows) return batch;
  return mapColumns(batch, end - start, (column) => sliceColumn(column, start, end));
}

/**
 * The columns of these names, in this order.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if there is no column of a name
 */
export function selectColumns(batch: ColumnBatch, names: readonly string[]): ColumnBatch {
  const columns = names.map((name, index): [string, Column] => {
    if (!Object.hasOwn(batch.columns, name))
      throw invalidArgument(`names[${index}]`, `there is no column ${JSON.stringify(name)}`);
    return [name, batch.columns[name]!];
  });
  return { rows: batch.rows, columns: Object.fromEntries(columns) };
}

/**
 * The rows whose byte in `mask` is not 0, in their order.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if the mask does not have one byte a row
 */
export function filterRows(batch: ColumnBatch, mask: Uint8Array): ColumnBatch {
  if (mask.length !== batch.rows)
    throw invalidArgument("mask", `it has ${mask.length} bytes, the batch has ${batch.rows} rows`);
  const indexes = new Int32Array(batch.rows);
  let kept = 0;
  for (let row = 0; row < mask.length; row++) if (mask[row] !== 0) indexes[kept++] = row;
  return kept === batch.rows ? batch : takeChecked(batch, indexes.subarray(0, kept));
}

/**
 * The rows of these indexes, in this order; an index may repeat.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if there is no such row
 */
export function takeRows(batch: ColumnBatch, indexes: Int32Array): ColumnBatch {
  for (let index = 0; index < indexes.length; index++) {
    if (indexes[index]! >>> 0 >= batch.rows)
      throw invalidArgument(`indexes[${index}]`, `there is no row ${indexes[index]}`);
  }
  return takeChecked(batch, indexes);
}

function takeChecked(batch: ColumnBatch, indexes: Int32Array): ColumnBatch {
  return mapColumns(batch, indexes.length, (column) => takeColumn(column, indexes));
}

function mapColumns(batch: ColumnBatch, rows: number, change: (column: Column) => Column): ColumnBatch {
  const columns = Object.entries(batch.columns).map(([name, column]) => [name, change(column)] as const);
  return { rows, columns: Object.fromEntries(columns) };
}

function sliceColumn(column: Column, start: number, end: number): Column {
  const validity =
    column.validity === undefined ? undefined : sliceBitmap(column.validity, start, end - start);
  if (column.type === "dictionary") return { ...column, codes: column.codes.subarray(start, end), validity };
  if (column.type === "string" || column.type === "bytes") {
    const first = column.offsets[start]!;
    const offsets =
      first === 0
        ? column.offsets.subarray(start, end + 1)
        : column.offsets.slice(start, end + 1).map((offset) => offset - first);
    return { type: column.type, offsets, data: column.data.subarray(first, column.offsets[end]), validity };
  }
  return fixedColumn(column.type, column.values.subarray(start, end), validity);
}

function takeColumn(column: Column, indexes: Int32Array): Column {
  const validity = column.validity === undefined ? undefined : takeBits(column.validity, indexes);
  if (column.type === "dictionary")
    return { ...column, codes: take(column.codes, new Int32Array(indexes.length), indexes), validity };
  if (column.type === "string" || column.type === "bytes")
    return { ...takeVariable(column, indexes), validity };
  const values = new (arrayConstructor(column.type))(indexes.length);
  return fixedColumn(
    column.type,
    take(column.values as Float64Array, values as Float64Array, indexes),
    validity,
  );
}

function take<Values extends Int32Array | Float64Array>(
  source: Values,
  target: Values,
  indexes: Int32Array,
): Values {
  for (let index = 0; index < indexes.length; index++) target[index] = source[indexes[index]!]!;
  return target;
}

function takeBits(bitmap: Uint8Array, indexes: Int32Array): Uint8Array {
  const taken = new Uint8Array(bitmapBytes(indexes.length));
  for (let index = 0; index < indexes.length; index++)
    if (bitAt(bitmap, indexes[index]!)) setBit(taken, index);
  return taken;
}

function takeVariable({ type, offsets, data }: VariableColumn, indexes: Int32Array): VariableColumn {
  const taken = new Int32Array(indexes.length + 1);
  let length = 0;
  for (let index = 0; index < indexes.length; index++) {
    length += offsets[indexes[index]! + 1]! - offsets[indexes[index]!]!;
    if (length > 0x7fffffff) throw tooLarge();
    taken[index + 1] = length;
  }
  const bytes = new Uint8Array(length);
  for (let index = 0; index < indexes.length; index++) {
    bytes.set(data.subarray(offsets[indexes[index]!], offsets[indexes[index]! + 1]), taken[index]);
  }
  return { type, offsets: taken, data: bytes };
}
