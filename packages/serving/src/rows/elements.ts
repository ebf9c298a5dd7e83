import type { Tensor, TensorDataType, TensorSpec } from "@millwright/core";
import { invalidInput, servingError } from "../errors.js";

type Write = (value: unknown, path: string) => void;

/** Collects the elements of one tensor, each checked against the type before it is taken. */
export interface ElementWriter {
  write: Write;
  finish(shape: readonly number[]): Tensor;
}

const integerBounds: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  int32: [-2_147_483_648, 2_147_483_647],
  uint8: [0, 255],
  uint16: [0, 65_535],
  uint32: [0, 4_294_967_295],
};

/** A writer for `length` elements of an input. */
export function elementWriter(spec: TensorSpec, length: number): ElementWriter {
  const datatype = spec.datatype as TensorDataType;
  let next = 0;
  const collect = <Data extends Tensor["data"]>(
    data: Data,
    convert: (value: unknown, path: string) => Data[number],
  ): ElementWriter => ({
    write: (value, path) => {
      (data as { [index: number]: unknown })[next++] = convert(value, path);
    },
    finish: (shape) => ({ datatype, shape, data }) as Tensor,
  });
  switch (datatype) {
    case "float32":
      return collect(new Float32Array(length), (value, path) => toFloat(spec, value, path));
    case "float64":
      return collect(new Float64Array(length), (value, path) => toFloat(spec, value, path));
    case "int64":
      return collect(new BigInt64Array(length), (value, path) =>
        toBigint(spec, value, path, -(2n ** 63n), 2n ** 63n - 1n),
      );
    case "uint64":
      return collect(new BigUint64Array(length), (value, path) =>
        toBigint(spec, value, path, 0n, 2n ** 64n - 1n),
      );
    case "int8":
      return collect(new Int8Array(length), (value, path) => toInteger(spec, value, path));
    case "int16":
      return collect(new Int16Array(length), (value, path) => toInteger(spec, value, path));
    case "int32":
      return collect(new Int32Array(length), (value, path) => toInteger(spec, value, path));
    case "uint8":
      return collect(new Uint8Array(length), (value, path) => toInteger(spec, value, path));
    case "uint16":
      return collect(new Uint16Array(length), (value, path) => toInteger(spec, value, path));
    case "uint32":
      return collect(new Uint32Array(length), (value, path) => toInteger(spec, value, path));
    case "bool":
      return collect(new Uint8Array(length), (value, path) => (toBoolean(spec, value, path) ? 1 : 0));
    case "string":
      return collect(new Array<string>(length).fill(""), (value, path) => toText(spec, value, path));
    default:
      throw servingError(
        "UNSUPPORTED",
        `the input ${spec.name} is ${spec.datatype}, which rows cannot fill; call infer with a tensor`,
        {
          details: { path: spec.name },
        },
      );
  }
}

function mismatch(spec: TensorSpec, value: unknown, path: string): Error {
  const found =
    typeof value === "bigint"
      ? String(value).slice(0, 40)
      : value === null
        ? "null"
        : value === undefined
          ? "nothing"
          : typeof value === "number"
            ? String(value)
            : `a ${typeof value}`;
  return invalidInput(path, `the model wants ${spec.datatype}, and got ${found}`);
}

function toFloat(spec: TensorSpec, value: unknown, path: string): number {
  if (typeof value === "number") return value;
  if (value === null && spec.nullable === true) return Number.NaN;
  throw mismatch(spec, value, path);
}

function toInteger(spec: TensorSpec, value: unknown, path: string): number {
  const [least, most] = integerBounds[spec.datatype]!;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw mismatch(spec, value, path);
}

function toBigint(spec: TensorSpec, value: unknown, path: string, least: bigint, most: bigint): bigint {
  if (
    typeof value === "bigint"
      ? value >= least && value <= most
      : Number.isSafeInteger(value) && Number(value) >= Number(least)
  ) {
    return BigInt(value as number | bigint);
  }
  if (Number.isInteger(value)) {
    throw invalidInput(
      path,
      `${value} may have lost digits, as numbers beyond 2^53 do; give a bigint, or in JSON a string of digits`,
    );
  }
  throw mismatch(spec, value, path);
}

function toBoolean(spec: TensorSpec, value: unknown, path: string): boolean {
  if (typeof value === "boolean") return value;
  throw mismatch(spec, value, path);
}

function toText(spec: TensorSpec, value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw mismatch(spec, value, path);
}
