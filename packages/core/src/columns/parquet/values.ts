import type { ParquetParsers } from "hyparquet";
import { coreError } from "../../errors/create.js";
import type { ColumnSpec } from "../../signature/column-spec.js";
import { arrayConstructor, fixedColumn, isFixedType } from "../arrays.js";
import { clearBit, fullBitmap } from "../bitmap.js";
import { problemOfColumn } from "../check.js";
import type { Column } from "../column.js";
import { collectBytes } from "../text.js";

/** Times become microseconds without the way over `Date`, which has only milliseconds; strings stay the bytes they are. */
export const parquetParsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis) => Number(millis) * 1_000,
  timestampFromMicroseconds: (micros) => Number(micros),
  timestampFromNanoseconds: (nanos) => Number(nanos >= 0n ? nanos / 1_000n : (nanos - 999n) / 1_000n),
  dateFromDays: (days) => days * 86_400_000_000,
  stringFromBytes: (bytes) => bytes,
  jsonFromBytes: (bytes) => bytes,
};

/** A column of what the reader gives: a typed array, or an array with `null` or `undefined` where there is no value. */
export function columnOfValues(spec: ColumnSpec, values: ArrayLike<unknown>, rows: number): Column {
  if (values.length !== rows)
    throw new Error(`the column ${spec.name} has ${values.length} rows instead of ${rows}`);
  const column = isFixedType(spec.type) ? fixedOf(spec, values) : variableOf(spec, values);
  const problem = problemOfColumn(column, rows);
  if (problem !== undefined) throw new Error(`the column ${spec.name}: ${problem}`);
  return column;
}

function fixedOf({ name, type }: ColumnSpec, values: ArrayLike<unknown>): Column {
  if (!isFixedType(type)) throw new TypeError(type);
  const Constructor = arrayConstructor(type);
  if (type !== "bool" && values instanceof (Constructor as unknown as new () => object))
    return fixedColumn(type, values as never);
  const rows = values.length;
  const array = new Constructor(rows) as { [row: number]: unknown };
  let validity: Uint8Array | undefined;
  for (let row = 0; row < rows; row++) {
    const value = values[row] ?? null;
    if (value === null) {
      validity ??= fullBitmap(rows);
      clearBit(validity, row);
    } else {
      array[row] = value;
    }
  }
  const times = type === "timestamp" ? (array as unknown as Float64Array) : undefined;
  if (times?.some((time) => !Number.isSafeInteger(time))) {
    throw coreError(
      "UNSUPPORTED",
      `a time of the column ${JSON.stringify(name)} is more than 285 years from 1970, beyond 2^53 microseconds`,
    );
  }
  return fixedColumn(type, array as never, validity);
}

function variableOf({ type }: ColumnSpec, values: ArrayLike<unknown>): Column {
  const rows = values.length;
  const collector = collectBytes(rows);
  let validity: Uint8Array | undefined;
  for (let row = 0; row < rows; row++) {
    const value = values[row] ?? null;
    if (value === null) {
      validity ??= fullBitmap(rows);
      clearBit(validity, row);
      collector.addNothing();
    } else if (typeof value === "string") {
      collector.addText(value, () => `row ${row}`);
    } else {
      collector.addBytes(value as Uint8Array);
    }
  }
  return { type: type === "bytes" ? type : "string", ...collector.finish(), validity };
}
