import { invalidArgument } from "../errors/create.js";
import type { ColumnSpec, ColumnType } from "../signature/column-spec.js";
import type { TensorSpec, ValueSpec } from "../signature/signature.js";
import { isFixedType } from "./arrays.js";
import type { ColumnBatch } from "./column.js";

/** Names and types of the columns of a batch. A dictionary is a string; a column with a validity bitmap is nullable. */
export function columnSpecsOf(batch: ColumnBatch): ColumnSpec[] {
  return Object.entries(batch.columns).map(([name, column]) => ({
    name,
    type: column.type === "dictionary" ? "string" : column.type,
    nullable: column.validity !== undefined,
  }));
}

/**
 * The columns that feed a model, or that hold its answers: one for each tensor with one value a row, that is of shape
 * `[n]` or `[n, 1]`, or of unknown shape.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of a value that is not one column: a wider tensor, a sequence or
 *   map, or an element type that no column holds
 */
export function columnSpecsFrom(values: readonly ValueSpec[], path = "inputs"): ColumnSpec[] {
  return values.map((value, index) => {
    const place = `${path}[${index}]`;
    if (value.kind !== "tensor")
      throw invalidArgument(place, `the ${value.kind} ${JSON.stringify(value.name)} is not a column`);
    const { name, datatype, shape } = value;
    if (!isFixedType(datatype) && datatype !== "string") {
      throw invalidArgument(place, `no column holds the ${datatype} of ${JSON.stringify(name)}`);
    }
    if (
      shape !== null &&
      !(shape.length === 1 || (shape.length === 2 && (shape[1] === 1 || shape[1] === null)))
    ) {
      throw invalidArgument(
        place,
        `${JSON.stringify(name)} has the shape [${shape.join(", ")}], a column needs [n] or [n, 1]`,
      );
    }
    return { name, type: datatype as ColumnType, nullable: value.nullable ?? false };
  });
}

/**
 * Columns as tensors of shape `[null, 1]`, for a signature. A timestamp is its int64 of microseconds.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` for bytes, which no tensor holds
 */
export function tensorSpecsFrom(specs: readonly ColumnSpec[]): TensorSpec[] {
  return specs.map(({ name, type, nullable }, index) => {
    if (type === "bytes")
      throw invalidArgument(`specs[${index}]`, `no tensor holds the bytes of ${JSON.stringify(name)}`);
    return {
      kind: "tensor",
      name,
      datatype: type === "timestamp" ? "int64" : type,
      shape: [null, 1],
      nullable,
    };
  });
}
