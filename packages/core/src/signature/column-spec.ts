import type { DataType } from "./signature.js";

/** Types of columns: those of tensors that a table can hold, and points in time and raw bytes. */
export type ColumnType =
  | Extract<
      DataType,
      | "float32"
      | "float64"
      | "int8"
      | "int16"
      | "int32"
      | "int64"
      | "uint8"
      | "uint16"
      | "uint32"
      | "uint64"
      | "bool"
      | "string"
    >
  /** Microseconds since the epoch, as float64. */
  | "timestamp"
  | "bytes";

/** The name and type of a column. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}
