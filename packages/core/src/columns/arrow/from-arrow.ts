import type { Data, DataType, RecordBatch, Table, Timestamp } from "apache-arrow";
import { coreError, messageOf } from "../../errors/create.js";
import { MillwrightError } from "../../errors/millwright-error.js";
import { arrayConstructor, fixedColumn, isFixedType } from "../arrays.js";
import { bitAt, sliceBitmap } from "../bitmap.js";
import { columnFrom } from "../build.js";
import { columnRows, problemOfColumn } from "../check.js";
import type { Column, ColumnBatch } from "../column.js";
import { concatBatches } from "../concat.js";
import { tooLarge } from "../text.js";
import { isNull, valuesOf } from "../values.js";
import { type Arrow, columnType, loadArrow } from "./types.js";

/**
 * The batch of an Arrow table or record batch. A single record batch shares the memory of its numbers. Timestamps become
 * microseconds (nanoseconds are rounded down), dates the beginning of their day in UTC.
 *
 * Needs the package `apache-arrow`.
 *
 * @throws {MillwrightError} `MISSING_DEPENDENCY`; `UNSUPPORTED` for columns of lists, structs, decimals and other types that no
 *   column has, or times beyond 2^53 microseconds
 *
 * @example
 * ```ts
 * import { fromArrow } from "@millwright/core/columns";
 * import { tableFromArrays } from "apache-arrow";
 *
 * const batch = await fromArrow(tableFromArrays({ loss: Float64Array.of(0.7, 0.4) }));
 * console.log(batch.rows); // 2
 * ```
 */
export async function fromArrow(source: Table | RecordBatch): Promise<ColumnBatch> {
  return convert(await loadArrow(), source);
}

/**
 * The batch of the bytes of an Arrow IPC stream or file. Needs the package `apache-arrow`.
 *
 * @throws {MillwrightError} as {@link fromArrow}; `CORRUPT` if the bytes are neither
 */
export async function fromArrowIpc(bytes: Uint8Array): Promise<ColumnBatch> {
  const arrow = await loadArrow();
  try {
    return convert(arrow, arrow.tableFromIPC(bytes));
  } catch (cause) {
    if (MillwrightError.is(cause)) throw cause;
    throw coreError("CORRUPT", `the bytes are no Arrow IPC stream or file: ${messageOf(cause)}`, { cause });
  }
}

function convert(arrow: Arrow, source: Table | RecordBatch): ColumnBatch {
  const parts = "batches" in source ? source.batches : [source];
  const { fields } = source.schema;
  const types = fields.map(({ name, type }) => columnType(arrow, type, name));
  if (parts.length === 0) {
    return {
      rows: 0,
      columns: Object.fromEntries(fields.map(({ name }, index) => [name, columnFrom(types[index]!, [])])),
    };
  }
  const batches = parts.map((part) => {
    const columns = fields.map(
      ({ name }, index) => [name, columnOfData(arrow, part.data.children[index]!, name)] as const,
    );
    return { rows: part.numRows, columns: Object.fromEntries(columns) };
  });
  return concatBatches(batches);
}

function columnOfData(arrow: Arrow, data: Data<DataType>, name: string): Column {
  const column = withValidity(valuesOfData(arrow, data, name), data);
  const problem = problemOfColumn(column, data.length);
  if (problem !== undefined)
    throw coreError("CORRUPT", `the column ${JSON.stringify(name)} of the Arrow data: ${problem}`);
  return column;
}

function withValidity(column: Column, data: Data<DataType>): Column {
  if (data.nullCount === 0 || data.nullBitmap === undefined || data.nullBitmap.length === 0) return column;
  return { ...column, validity: sliceBitmap(data.nullBitmap, data.offset, data.length) };
}

function valuesOfData(arrow: Arrow, data: Data<DataType>, name: string): Column {
  const { type, length } = data;
  const { DataType: types } = arrow;
  const kind = columnType(arrow, type, name);
  if (types.isDictionary(type)) return dictionaryOfData(arrow, data, name);
  if (types.isFixedSizeBinary(type)) {
    const offsets = Int32Array.from({ length: length + 1 }, (_, row) => row * type.byteWidth);
    return { type: "bytes", offsets, data: data.values as Uint8Array };
  }
  if (kind === "string" || kind === "bytes") return { type: kind, ...variableOfData(data) };
  if (types.isBool(type)) {
    const values = new Uint8Array(length);
    for (let row = 0; row < length; row++) values[row] = Number(bitAt(data.values, data.offset + row));
    return { type: "bool", values };
  }
  if (types.isTimestamp(type) || types.isDate(type))
    return { type: "timestamp", values: microsOfData(arrow, data, name) };
  if (types.isFloat(type) && type.precision === arrow.Precision.HALF) {
    return {
      type: "float32",
      values: Float32Array.from(data.values.subarray(0, length) as Uint16Array, float16),
    };
  }
  if (!isFixedType(kind)) throw new TypeError(kind);
  const values: unknown = data.values.subarray(0, length);
  const isExpected =
    values instanceof (arrayConstructor(kind) as unknown as new () => { readonly length: number });
  if (!isExpected || values.length !== length) {
    throw coreError(
      "CORRUPT",
      `the column ${JSON.stringify(name)} of the Arrow data has not as many values as rows`,
    );
  }
  return fixedColumn(kind, values as never);
}

/** Offsets of a slice begin anywhere, and those of the large types are bigints. */
function variableOfData(data: Data<DataType>): { offsets: Int32Array; data: Uint8Array } {
  const given = data.valueOffsets as Int32Array | BigInt64Array | undefined;
  if (data.length === 0 || given === undefined) return { offsets: new Int32Array(1), data: new Uint8Array() };
  const first = Number(given[0]);
  const size = Number(given[data.length]) - first;
  if (size > 0x7fffffff) throw tooLarge();
  const content = (data.values as Uint8Array).subarray(first, first + size);
  if (first === 0 && given instanceof Int32Array)
    return { offsets: given.subarray(0, data.length + 1), data: content };
  return {
    offsets: Int32Array.from({ length: data.length + 1 }, (_, row) => Number(given[row]) - first),
    data: content,
  };
}

function dictionaryOfData(arrow: Arrow, data: Data<DataType>, name: string): Column {
  const parts = data.dictionary?.data ?? [];
  const columns = parts.map((part) => columnOfData(arrow, part, name));
  const dictionary = columns.flatMap((column) => valuesOf(column));
  const codes = Int32Array.from(data.values.subarray(0, data.length) as ArrayLike<number | bigint>, Number);
  if (!dictionary.includes(null)) return { type: "dictionary", codes, dictionary: dictionary as string[] };
  // A dictionary may hold null; here only rows are null.
  const has = (row: number): boolean =>
    data.nullBitmap === undefined || data.nullCount === 0 || bitAt(data.nullBitmap, data.offset + row);
  return columnFrom(
    "dictionary",
    Array.from(codes, (code, row) => (has(row) ? dictionary[code] : null)),
  );
}

function microsOfData(arrow: Arrow, data: Data<DataType>, name: string): Float64Array {
  const { type, length } = data;
  const micros = new Float64Array(length);
  const values = data.values as Int32Array | BigInt64Array;
  const { MICROSECOND, MILLISECOND, SECOND } = arrow.TimeUnit;
  const unit = arrow.DataType.isTimestamp(type) ? (type as Timestamp).unit : undefined;
  const days = arrow.DataType.isDate(type) && type.unit === arrow.DateUnit.DAY;
  for (let row = 0; row < length; row++) {
    const value = values[row]!;
    let time: number;
    if (days) time = Number(value) * 86_400_000_000;
    else if (unit === undefined || unit === MILLISECOND) time = Number(value) * 1_000;
    else if (unit === MICROSECOND) time = Number(value);
    else if (unit === SECOND) time = Number(value) * 1_000_000;
    else time = Number(floorDivide(value as bigint, 1_000n));
    micros[row] = time;
  }
  const column = withValidity({ type: "timestamp", values: micros }, data);
  for (let row = 0; row < columnRows(column); row++) {
    if (Number.isSafeInteger(micros[row])) continue;
    if (isNull(column, row)) micros[row] = 0;
    else
      throw coreError(
        "UNSUPPORTED",
        `row ${row} of the column ${JSON.stringify(name)} lies beyond 2^53 microseconds`,
      );
  }
  return micros;
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value >= 0n ? value / by : (value - by + 1n) / by;
}

/** The number of an IEEE 754 half. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return (sign * fraction) / 16_777_216;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
