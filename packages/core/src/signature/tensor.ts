import type { DataType } from "./signature.js";

/** The array that holds the elements of a tensor of each type. float16 and bfloat16 are raw 16-bit patterns. */
export interface TensorArrays {
  readonly float16: Uint16Array;
  readonly bfloat16: Uint16Array;
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
  /** One byte an element: 0 or 1. */
  readonly bool: Uint8Array;
  readonly string: readonly string[];
}

/** Element types that a tensor in memory can have. */
export type TensorDataType = keyof TensorArrays & DataType;

/** A dense tensor in row-major order. `data.length` is the product of `shape`. */
export interface Tensor {
  readonly datatype: TensorDataType;
  readonly shape: readonly number[];
  readonly data: TensorArrays[TensorDataType];
}

/** Tensors by the names of a signature. */
export type Tensors = Readonly<Record<string, Tensor>>;
