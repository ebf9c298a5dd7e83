import type { SchemaElement } from "hyparquet";
import { coreError } from "../../errors/create.js";
import type { ColumnSpec, ColumnType } from "../../signature/column-spec.js";

/**
 * The column for a field of a Parquet file. Dates and all timestamps are points in time in UTC; decimals become the nearest
 * float64; float16 becomes float32; UUID, JSON and enumerations are strings.
 *
 * @throws {MillwrightError} `UNSUPPORTED` for lists, maps, structs and the types without a column
 */
export function specOfField(field: SchemaElement, file: string): ColumnSpec {
  const { name, repetition_type, num_children } = field;
  const type = num_children || repetition_type === "REPEATED" ? undefined : typeOfField(field);
  if (type === undefined) {
    const kind = field.logical_type?.type ?? field.converted_type ?? field.type ?? "a nested type";
    throw coreError(
      "UNSUPPORTED",
      `the column ${JSON.stringify(name)} of ${file} is ${kind}, which has no column type; leave it out with columns`,
    );
  }
  return { name, type, nullable: repetition_type !== "REQUIRED" };
}

function typeOfField({ type, converted_type, logical_type }: SchemaElement): ColumnType | undefined {
  const logical = logical_type?.type;
  if (converted_type === "DECIMAL" || logical === "DECIMAL") return "float64";
  switch (type) {
    case "BOOLEAN":
      return "bool";
    case "FLOAT":
      return "float32";
    case "DOUBLE":
      return "float64";
    case "INT96":
      return "timestamp";
    case "INT32":
    case "INT64":
      return typeOfInteger(type, converted_type, logical_type);
    case "FIXED_LEN_BYTE_ARRAY":
      if (logical === "FLOAT16") return "float32";
      if (logical === "UUID") return "string";
      return converted_type === "INTERVAL" ? undefined : "bytes";
    case "BYTE_ARRAY":
      if (
        converted_type === "BSON" ||
        logical === "BSON" ||
        logical === "VARIANT" ||
        logical === "GEOMETRY" ||
        logical === "GEOGRAPHY"
      )
        return undefined;
      return isText(converted_type) || isText(logical) ? "string" : "bytes";
    default:
      return undefined;
  }
}

function isText(type: string | undefined): boolean {
  return type === "UTF8" || type === "STRING" || type === "ENUM" || type === "JSON";
}

const integerTypes: Readonly<Record<string, ColumnType>> = {
  INT_8: "int8",
  INT_16: "int16",
  INT_32: "int32",
  INT_64: "int64",
  UINT_8: "uint8",
  UINT_16: "uint16",
  UINT_32: "uint32",
  UINT_64: "uint64",
  DATE: "timestamp",
  TIMESTAMP_MILLIS: "timestamp",
  TIMESTAMP_MICROS: "timestamp",
};

function typeOfInteger(
  type: "INT32" | "INT64",
  converted: SchemaElement["converted_type"],
  logical: SchemaElement["logical_type"],
): ColumnType | undefined {
  if (logical?.type === "TIMESTAMP" || logical?.type === "DATE") return "timestamp";
  // A damaged file may say any width.
  if (logical?.type === "INTEGER")
    return integerTypes[`${logical.isSigned ? "INT" : "UINT"}_${logical.bitWidth}`];
  if (logical !== undefined) return undefined;
  if (converted !== undefined) return integerTypes[converted];
  return type === "INT32" ? "int32" : "int64";
}

/** The field of a Parquet file for a column. */
export function fieldOfSpec({ name, type, nullable }: ColumnSpec): SchemaElement {
  return { name, repetition_type: nullable ? "OPTIONAL" : "REQUIRED", ...fields[type] };
}

const fields: Readonly<Record<ColumnType, Omit<SchemaElement, "name">>> = {
  float32: { type: "FLOAT" },
  float64: { type: "DOUBLE" },
  int8: { type: "INT32", converted_type: "INT_8" },
  int16: { type: "INT32", converted_type: "INT_16" },
  int32: { type: "INT32" },
  int64: { type: "INT64" },
  uint8: { type: "INT32", converted_type: "UINT_8" },
  uint16: { type: "INT32", converted_type: "UINT_16" },
  uint32: { type: "INT32", converted_type: "UINT_32" },
  uint64: { type: "INT64", converted_type: "UINT_64" },
  bool: { type: "BOOLEAN" },
  timestamp: {
    type: "INT64",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
  },
  string: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  bytes: { type: "BYTE_ARRAY" },
};
