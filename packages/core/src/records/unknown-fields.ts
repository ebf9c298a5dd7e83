import type { StructuredValue } from "../encoding/structured-value.js";

type Fields = Record<string, StructuredValue | undefined>;

/** A value as it was read: what the schema gave, and what was stored. */
export interface PreviousValue {
  readonly value: unknown;
  readonly stored: StructuredValue;
}

/**
 * The checked value to store, with the fields that the previous value had in store but its schema does not know: a newer
 * program wrote them, and a rewrite by an older one must not lose them.
 *
 * Objects correspond by their place. Items of an array correspond if they are the very objects that were read, else by their
 * index as long as the length is the same, else not at all: an item that is new has no past.
 *
 * `given` is what the caller wrote, in which items of the previous value are found by identity; `checked` is what the schema
 * made of it.
 */
export function keepUnknownFields(
  checked: unknown,
  given: unknown,
  previous: PreviousValue,
): StructuredValue {
  return merge(checked, given, previous.value, previous.stored) as StructuredValue;
}

function merge(checked: unknown, given: unknown, known: unknown, stored: unknown): unknown {
  if (Array.isArray(checked) && Array.isArray(known) && Array.isArray(stored)) {
    return mergeItems(checked, Array.isArray(given) ? given : checked, known, stored);
  }
  if (!isObject(checked) || !isObject(known) || !isObject(stored)) return checked;
  const merged: Fields = {};
  for (const [field, value] of Object.entries(checked)) {
    const isOld = Object.hasOwn(known, field) && Object.hasOwn(stored, field);
    const givenField = isObject(given) && Object.hasOwn(given, field) ? given[field] : value;
    define(merged, field, isOld ? merge(value, givenField, known[field], stored[field]) : value);
  }
  for (const [field, value] of Object.entries(stored)) {
    if (!Object.hasOwn(known, field) && !Object.hasOwn(merged, field)) define(merged, field, value);
  }
  return merged;
}

function mergeItems(
  checked: readonly unknown[],
  given: readonly unknown[],
  known: readonly unknown[],
  stored: readonly unknown[],
): unknown[] {
  const places = new Map<unknown, number>();
  for (const [index, item] of known.entries())
    if (typeof item === "object" && item !== null) places.set(item, index);
  const claimed = new Set(given.map((item) => places.get(item)));
  return checked.map((item, index) => {
    const same = places.get(given[index]);
    const place = same ?? (checked.length === known.length && !claimed.has(index) ? index : undefined);
    return place === undefined || place >= stored.length
      ? item
      : merge(item, given[index], known[place], stored[place]);
  });
}

function isObject(value: unknown): value is Fields {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

// A stored "__proto__" must stay a field.
function define(target: Fields, field: string, value: unknown): void {
  Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
}
