import { invalidArgument } from "../errors.js";
import type { SeriesOptions } from "../runs/run.js";

/** Where the points of a series lie. */
export interface Series {
  step(index: number): bigint;
  time(index: number): number;
}

/** Checks where all points of a series lie, before one of them is kept. @throws {MillwrightError} `INVALID_ARGUMENT` */
export function checkedSeries(
  values: ArrayLike<number>,
  { firstStep = 0, steps, times }: SeriesOptions,
  now: number,
): Series {
  for (const [name, list] of [
    ["steps", steps],
    ["times", times],
  ] as const) {
    if (list !== undefined && list.length !== values.length)
      throw invalidArgument(name, `has ${list.length} elements for ${values.length} values`);
  }
  const step = (index: number): bigint => toStep(steps?.[index] ?? firstStep + index);
  const time = (index: number): number => times?.[index] ?? now;
  for (let index = 0; index < values.length; index++) {
    step(index);
    if (!Number.isSafeInteger(time(index)))
      throw invalidArgument(`times[${index}]`, `${time(index)} is not a whole number of microseconds`);
  }
  return { step, time };
}

/** A step as it is stored. @throws {MillwrightError} `INVALID_ARGUMENT` */
export function toStep(step: number | bigint): bigint {
  const isStep =
    typeof step === "number"
      ? Number.isSafeInteger(step)
      : typeof step === "bigint" && BigInt.asIntN(64, step) === step;
  if (isStep) return BigInt(step);
  throw invalidArgument("step", `${step} is not a whole number of 64 bits; pass a bigint beyond 2^53`);
}
