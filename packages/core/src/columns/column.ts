import type { ColumnType } from "../signature/column-spec.js";

/** Types whose values are the elements of one typed array. */
export interface FixedColumnArrays {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly uint8: Uint8Array;
  readonly uint16: Uint16Array;
  readonly uint32: Uint32Array;
  readonly uint64: BigUint64Array;
  /** One byte a value: 0 or 1. */
  readonly bool: Uint8Array;
  /** Microseconds since the epoch. */
  readonly timestamp: Float64Array;
}

/** Types of columns with one array element a value. */
export type FixedColumnType = keyof FixedColumnArrays & ColumnType;

/** A column of numbers, booleans or times. */
export type FixedColumn = {
  [Type in FixedColumnType]: {
    readonly type: Type;
    readonly values: FixedColumnArrays[Type];
    /** One bit a row, lowest bit first: 1 where there is a value. Absent: no row is null. */
    readonly validity?: Uint8Array | undefined;
  };
}[FixedColumnType];

/** A column of strings (UTF-8) or bytes: row i is `data[offsets[i] .. offsets[i + 1]]`. */
export type VariableColumn = {
  [Type in "string" | "bytes"]: {
    readonly type: Type;
    /** One more than there are rows; the first is 0. */
    readonly offsets: Int32Array;
    readonly data: Uint8Array;
    readonly validity?: Uint8Array | undefined;
  };
}["string" | "bytes"];

/** A column of strings with few distinct values: row i is `dictionary[codes[i]]`. */
export interface DictionaryColumn {
  readonly type: "dictionary";
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
  readonly validity?: Uint8Array | undefined;
}

/** The values of one column, by array and not by object. */
export type Column = FixedColumn | VariableColumn | DictionaryColumn;

/** Rows by columns. All columns have `rows` values. The order of names is that of the table. */
export interface ColumnBatch {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Column>>;
}
