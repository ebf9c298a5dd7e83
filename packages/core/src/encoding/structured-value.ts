/**
 * Data that survives storage exactly: JSON, and beyond it bigint, bytes, NaN, ±Infinity and −0. A property whose value
 * is `undefined` is left out, as in JSON.
 */
export type StructuredValue =
  | null
  | boolean
  | number
  | string
  | bigint
  | Uint8Array
  | readonly StructuredValue[]
  | { readonly [key: string]: StructuredValue | undefined };
