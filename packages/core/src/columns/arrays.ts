import type { FixedColumn, FixedColumnArrays, FixedColumnType } from "./column.js";

/** A typed array of any column type. */
export type FixedArray = FixedColumnArrays[FixedColumnType];

interface FixedArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): FixedArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): FixedArray;
}

const constructors: Readonly<Record<FixedColumnType, unknown>> = Object.freeze({
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  timestamp: Float64Array,
});

/** The array class of a type. */
export function arrayConstructor(type: FixedColumnType): FixedArrayConstructor {
  return constructors[type] as FixedArrayConstructor;
}

export function isFixedType(type: string): type is FixedColumnType {
  return Object.hasOwn(constructors, type);
}

/** The type whose columns hold such an array, as number and not as bool or time; `undefined` if it is no such array. */
export function typeOfArray(values: unknown): FixedColumnType | undefined {
  for (const type of Object.keys(constructors) as FixedColumnType[]) {
    if (type !== "bool" && type !== "timestamp" && values instanceof arrayConstructor(type)) return type;
  }
  return undefined;
}

/** Puts the parts of a column together. The caller vouches that the array is that of the type. */
export function fixedColumn(type: FixedColumnType, values: FixedArray, validity?: Uint8Array): FixedColumn {
  return (validity === undefined ? { type, values } : { type, values, validity }) as FixedColumn;
}

/** The bytes of a typed array, not copied. */
export function bytesOf(array: FixedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
