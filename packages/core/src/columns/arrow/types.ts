import type { DataType } from "apache-arrow";
import { coreError } from "../../errors/create.js";
import type { ColumnSpec, ColumnType } from "../../signature/column-spec.js";
import { loadOptional } from "../optional-package.js";

/** The package apache-arrow as it is imported. */
export type Arrow = typeof import("apache-arrow");

/** @throws {MillwrightError} `MISSING_DEPENDENCY` */
export function loadArrow(): Promise<Arrow> {
  return loadOptional("apache-arrow", "the conversion to and from Arrow", () => import("apache-arrow"));
}

/** The Arrow type of a column type. */
export function arrowType(arrow: Arrow, type: ColumnType): DataType {
  switch (type) {
    case "float32":
      return new arrow.Float32();
    case "float64":
      return new arrow.Float64();
    case "int8":
      return new arrow.Int8();
    case "int16":
      return new arrow.Int16();
    case "int32":
      return new arrow.Int32();
    case "int64":
      return new arrow.Int64();
    case "uint8":
      return new arrow.Uint8();
    case "uint16":
      return new arrow.Uint16();
    case "uint32":
      return new arrow.Uint32();
    case "uint64":
      return new arrow.Uint64();
    case "bool":
      return new arrow.Bool();
    case "string":
      return new arrow.Utf8();
    case "bytes":
      return new arrow.Binary();
    case "timestamp":
      return new arrow.Timestamp(arrow.TimeUnit.MICROSECOND, "UTC");
  }
}

/**
 * The column type of an Arrow type. All timestamps and dates are points in time, those without a zone in UTC; float16
 * becomes float32.
 *
 * @throws {MillwrightError} `UNSUPPORTED` for types without a column: lists, structs, decimals, durations and others
 */
export function columnType(arrow: Arrow, type: DataType, name: string): ColumnType {
  const { DataType, Precision } = arrow;
  if (DataType.isFloat(type)) return type.precision === Precision.DOUBLE ? "float64" : "float32";
  if (DataType.isInt(type)) return `${type.isSigned ? "int" : "uint"}${type.bitWidth}` as ColumnType;
  if (DataType.isBool(type)) return "bool";
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return "string";
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type))
    return "bytes";
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return "timestamp";
  if (DataType.isDictionary(type) && columnType(arrow, type.dictionary, name) === "string") return "string";
  throw coreError(
    "UNSUPPORTED",
    `the column ${JSON.stringify(name)} is ${type}, which has no column type; cast it or leave it out`,
  );
}

/** Columns as an Arrow schema. Needs the package `apache-arrow`. */
export async function toArrowSchema(specs: readonly ColumnSpec[]): Promise<import("apache-arrow").Schema> {
  const arrow = await loadArrow();
  return new arrow.Schema(
    specs.map(({ name, type, nullable }) => new arrow.Field(name, arrowType(arrow, type), nullable)),
  );
}

/**
 * The columns of an Arrow schema. Needs the package `apache-arrow`.
 *
 * @throws {MillwrightError} `UNSUPPORTED` for types without a column
 */
export async function fromArrowSchema(schema: import("apache-arrow").Schema): Promise<ColumnSpec[]> {
  const arrow = await loadArrow();
  return schema.fields.map(({ name, type, nullable }) => ({
    name,
    type: columnType(arrow, type, name),
    nullable,
  }));
}
