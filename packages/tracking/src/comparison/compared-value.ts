import { formatNumber } from "@millwright/core/report";

/** A number that survives JSON: those that JSON has no form for are tagged as core's canonical JSON tags them. */
export type ComparedNumber = number | { readonly $number: "NaN" | "Infinity" | "-Infinity" };

/** A value with its type that survives JSON. */
export type ComparedValue = string | boolean | ComparedNumber | { readonly $bigint: string };

export function comparedNumber(value: number): ComparedNumber {
  if (Number.isFinite(value)) return value === 0 ? 0 : value;
  return { $number: String(value) as "NaN" | "Infinity" | "-Infinity" };
}

export function comparedValue(value: string | number | boolean | bigint): ComparedValue {
  if (typeof value === "number") return comparedNumber(value);
  if (typeof value === "bigint") return { $bigint: String(value) };
  return value;
}

/** Equal for equal values of one type only; NaN equals itself, −0 is 0. */
export function identityOf(value: ComparedValue | null): string {
  return JSON.stringify(value);
}

/** The number that a value is, a bigint rounded to one; `undefined` for text and booleans. */
export function numberOf(value: ComparedValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "object") return undefined;
  return Number("$bigint" in value ? value.$bigint : value.$number);
}

/**
 * The values of one key for people, so that different ones look different: numbers with six digits, or with all where six
 * would make two of them look alike; text in quotes where another type stands beside it; "–" for a missing one.
 */
export function comparedTexts(values: readonly (ComparedValue | null)[]): string[] {
  const quoted = values.some((value) => value !== null && typeof value !== "string");
  const short = values.map((value) => textOf(value, quoted, 6));
  const distinct = new Set(values.map(identityOf)).size;
  return new Set(short).size === distinct ? short : values.map((value) => textOf(value, quoted, undefined));
}

function textOf(value: ComparedValue | null, quoted: boolean, digits: number | undefined): string {
  if (value === null) return "–";
  if (typeof value === "string") return quoted ? JSON.stringify(value) : value;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "object" && "$bigint" in value) return `${value.$bigint}n`;
  const number = numberOf(value)!;
  return digits === undefined ? String(number).replace("-", "−") : formatNumber(number, { digits });
}
