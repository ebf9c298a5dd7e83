import { invalidArgument } from "../errors/create.js";
import type { SearchLiteral } from "./expression.js";
import { searchLimits } from "./limits.js";
import { isNumeric } from "./values.js";
import type { SearchType } from "./vocabulary.js";

/**
 * A value that a field of this type can be compared with, in the form that the parser gives it: 0 without a sign, and no bigint where a
 * number says the same. Without a type it is any value.
 */
export function checkedLiteral(value: unknown, path: string, type?: SearchType | undefined): SearchLiteral {
  switch (typeof value) {
    case "number":
      if (Number.isNaN(value)) throw invalidArgument(path, "NaN equals nothing, not even itself");
      return value === 0 ? 0 : value;
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case "string":
    case "boolean":
      if (type !== "number") return value;
  }
  const wanted = type === "number" ? "a number or a bigint" : "a text, a number, a bigint or a boolean";
  throw invalidArgument(
    path,
    `must be compared with ${wanted}, got ${value === null ? "null" : typeof value}`,
  );
}

export function checkedList(values: unknown, path: string, type?: SearchType | undefined): SearchLiteral[] {
  if (!Array.isArray(values)) throw invalidArgument(path, "a list must be an array");
  if (values.length > searchLimits.listValues) {
    throw invalidArgument(path, `a list has at most ${searchLimits.listValues} values, got ${values.length}`);
  }
  return Array.from(values, (value) => checkedLiteral(value, path, type));
}

export function checkedRange(
  low: unknown,
  high: unknown,
  path: string,
  type?: SearchType | undefined,
): { readonly low: SearchLiteral; readonly high: SearchLiteral } {
  const range = { low: checkedLiteral(low, path, type), high: checkedLiteral(high, path, type) };
  if (
    typeof low === "boolean" ||
    typeof high === "boolean" ||
    isNumeric(range.low) !== isNumeric(range.high)
  ) {
    throw invalidArgument(path, "both ends of a range must be numbers, or both texts");
  }
  return range;
}
