import { compareText } from "../columns/text.js";
import type { SearchValue } from "./document.js";

/** Negative, zero or positive; undefined where two values have no order, as NaN has with everything. */
export type Comparison = number | undefined;

/**
 * The number that a text wholly is: digits with an optional sign, point and exponent, and nothing else, not even a blank. Integers
 * that a float64 cannot hold are bigints. Undefined for all other texts, also for "NaN", "Infinity" and what overflows.
 */
export function numberOfText(text: string): number | bigint | undefined {
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) && /^[+-]?\d+$/.test(text)) return BigInt(text);
  return Number.isFinite(value) ? value : undefined;
}

/** By mathematical value, exactly, also of a number with a bigint. −0 equals 0; NaN has no order. */
export function compareNumbers(left: number | bigint, right: number | bigint): Comparison {
  if (left < right) return -1;
  if (left > right) return 1;
  return Number.isNaN(left) || Number.isNaN(right) ? undefined : 0;
}

/** Whether it is a number or a bigint. Booleans count as texts. */
export function isNumeric(value: SearchValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** How a value reads as text: what patterns are matched against. */
export function textOf(value: SearchValue): string {
  return typeof value === "string" ? value : String(value);
}

export { compareText };
