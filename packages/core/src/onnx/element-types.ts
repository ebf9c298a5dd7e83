import type { DataType } from "../signature/signature.js";

/** `TensorProto.DataType` by its number. */
const dataTypes: readonly (DataType | undefined)[] = [
  undefined,
  "float32",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "string",
  "bool",
  "float16",
  "float64",
  "uint32",
  "uint64",
  "complex64",
  "complex128",
  "bfloat16",
  "float8e4m3fn",
  "float8e4m3fnuz",
  "float8e5m2",
  "float8e5m2fnuz",
  "uint4",
  "int4",
];

/** The element type of an ONNX number; `undefined` for one that this release does not know. */
export function dataTypeOf(code: number): DataType | undefined {
  return dataTypes[code];
}

/** Types whose values can be NaN, which is what a null becomes. */
export function isFloat(datatype: DataType): boolean {
  return (
    datatype === "float32" || datatype === "float64" || datatype === "float16" || datatype === "bfloat16"
  );
}
