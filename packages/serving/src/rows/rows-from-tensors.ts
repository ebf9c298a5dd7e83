import type { Tensor, Tensors } from "@millwright/core";
import { servingError } from "../errors.js";
import { fromBfloat16, fromFloat16 } from "./half.js";

/** How an int64 becomes a JavaScript value. */
export type Int64Policy = "number" | "bigint";

/** A value of one row of an output. */
export type RowValue = number | bigint | boolean | string | readonly RowValue[];

/**
 * The rows of some outputs, by output names. A tensor of one value a row gives a scalar, one of several a (nested) array.
 *
 * @throws {MillwrightError} `UNSUPPORTED` if a tensor does not have `rows` rows, or an int64 does not fit a number under the
 *   policy `"number"`
 */
export function rowsFromTensors(
  outputs: Tensors,
  rows: number,
  int64: Int64Policy,
): Record<string, RowValue>[] {
  const result: Record<string, RowValue>[] = Array.from({ length: rows }, () => ({}));
  for (const [name, tensor] of Object.entries(outputs)) {
    const size = tensor.data.length / Math.max(rows, 1);
    if (tensor.shape[0] !== rows) {
      throw servingError(
        "UNSUPPORTED",
        `the output ${name} has the shape [${tensor.shape}], not one row for each of ${rows}; call infer`,
      );
    }
    const inner = tensor.shape.slice(1);
    const scalar = size === 1 && inner.every((dimension) => dimension === 1);
    for (const [index, row] of result.entries()) {
      row[name] = scalar
        ? element(tensor, index, name, int64)
        : nested(tensor, index * size, inner, name, int64);
    }
  }
  return result;
}

function nested(
  tensor: Tensor,
  start: number,
  shape: readonly number[],
  name: string,
  int64: Int64Policy,
): RowValue {
  const [length, ...inner] = shape;
  if (length === undefined) return element(tensor, start, name, int64);
  const stride = inner.reduce((product, dimension) => product * dimension, 1);
  return Array.from({ length }, (_, index) => nested(tensor, start + index * stride, inner, name, int64));
}

function element(tensor: Tensor, index: number, name: string, int64: Int64Policy): RowValue {
  const value = tensor.data[index]!;
  if (tensor.datatype === "bool") return value === 1;
  if (tensor.datatype === "float16") return fromFloat16(value as number);
  if (tensor.datatype === "bfloat16") return fromBfloat16(value as number);
  if (typeof value !== "bigint" || int64 === "bigint") return value;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw servingError(
    "UNSUPPORTED",
    `the output ${name} has ${value}, which is no safe number; open the predictor with { int64: "bigint" }`,
  );
}
