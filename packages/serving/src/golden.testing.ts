import { readFileSync } from "node:fs";
import type { Tensor, TensorDataType } from "@millwright/core";

/** A tensor as the recordings write it. */
export interface RecordedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
  /** 16-bit patterns of float16. */
  readonly bits?: readonly number[];
}

/** The path of a recording. */
export function goldenPath(name: string): string {
  return new URL(`testdata/${name}`, import.meta.url).pathname;
}

/** The JSON of a recording. */
export function golden<Content>(name: string): Content {
  return JSON.parse(readFileSync(goldenPath(name), "utf8")) as Content;
}

/** A recorded tensor as ours. */
export function tensorOf({ dtype, shape, data, bits }: RecordedTensor): Tensor {
  const datatype = dtype as TensorDataType;
  switch (datatype) {
    case "int64":
      return { datatype, shape, data: BigInt64Array.from(data as (number | string)[], BigInt) };
    case "float32":
      return { datatype, shape, data: Float32Array.from(data as (number | string)[], Number) };
    case "float16":
      return { datatype, shape, data: Uint16Array.from(bits ?? []) };
    case "bool":
      return { datatype, shape, data: Uint8Array.from(data as boolean[], Number) };
    case "string":
      return { datatype, shape, data: data as string[] };
    default:
      throw new Error(`the tests record no ${dtype}`);
  }
}
