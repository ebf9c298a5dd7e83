import type { Stored, StoredValue } from "./stored-value.js";

/** A value as JSON has it: what JSON lacks as `{ number: "NaN" }` or `{ bigint: "1" }`. Lone surrogates survive, as JSON escapes them. */
export function toTagged(value: StoredValue): unknown {
  if (typeof value === "bigint") return { bigint: String(value) };
  if (typeof value === "number" && !Number.isFinite(value)) return { number: String(value) };
  return value;
}

/** A value, or a list of values, as one text of JSON. */
export function toTaggedText(value: Stored): string {
  return JSON.stringify(typeof value === "object" ? value.map(toTagged) : toTagged(value));
}

/** What `toTaggedText` was given. */
export function fromTaggedText(text: string): Stored {
  const json: unknown = JSON.parse(text);
  return Array.isArray(json) ? json.map(fromTagged) : fromTagged(json);
}

/** The value of what `toTagged` gave. Anything else throws. */
export function fromTagged(json: unknown): StoredValue {
  if (typeof json === "string" || typeof json === "number") return json;
  const { bigint, number } = json as { bigint?: string; number?: string };
  if (number !== undefined) return Number(number);
  if (bigint !== undefined) return BigInt(bigint);
  throw new TypeError("no stored value");
}
