import { invalidArgument } from "../errors/create.js";

/** Numbers in an array or a typed array. */
export type Sample = ArrayLike<number>;

/** A sorted copy. Refuses an empty sample and NaN: what is missing is for the caller to drop and to count. */
export function sortedSample(sample: Sample, path: string): Float64Array {
  if (sample.length === 0) throw invalidArgument(path, "the sample is empty; give at least one value");
  // A typed array holds numbers. In any other the conversion below would make 0 of null.
  if (!ArrayBuffer.isView(sample) || sample instanceof BigInt64Array || sample instanceof BigUint64Array) {
    for (let index = 0; index < sample.length; index++) {
      if (typeof sample[index] !== "number") {
        throw invalidArgument(
          `${path}[${index}]`,
          `must be a number, got ${typeof sample[index]}; drop missing values first`,
        );
      }
    }
  }
  const sorted = new Float64Array(sample).sort();
  // The native sort puts NaN last.
  if (Number.isNaN(sorted[sorted.length - 1])) {
    const index = Array.prototype.findIndex.call(sample, (value: number) => Number.isNaN(value));
    throw invalidArgument(`${path}[${index}]`, "NaN has no place in an order; drop missing values first");
  }
  return sorted;
}
