import { invalidArgument } from "../../../errors/create.js";
import type { SearchDocument, SearchFieldValue, SearchValue } from "../../document.js";

/** A value as columns hold it: booleans are their texts, and bigints are numbers where those are exact. */
export type StoredValue = number | bigint | string;

/** What a column holds in one slot: a value, or a list, which is not empty. */
export type Stored = StoredValue | readonly StoredValue[];

/** What a column holds for what a document has; `undefined` if that is nothing. */
export function stored(value: SearchFieldValue | undefined): Stored | undefined {
  if (typeof value !== "object") return value === undefined ? undefined : storedValue(value);
  return value.length === 0 ? undefined : value.map(storedValue);
}

/** What a column holds for one value. */
export function storedValue(value: SearchValue): StoredValue {
  switch (typeof value) {
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
    default:
      return value;
  }
}

/** Checks a document before anything of it is taken over. @throws {MillwrightError} `INVALID_ARGUMENT` with the path */
export function checkDocument(document: SearchDocument, path: string): void {
  if (typeof document?.id !== "string")
    throw invalidArgument(`${path}.id`, "give the identifier as a string");
  if (typeof document.entities !== "object" || document.entities === null)
    throw invalidArgument(`${path}.entities`, "give an object of entities");
  for (const entity of Object.keys(document.entities)) {
    const values = document.entities[entity]!;
    if (values === undefined) continue;
    if (typeof values !== "object" || values === null)
      throw invalidArgument(`${path}.entities.${entity}`, "give an object of values by key");
    for (const key of Object.keys(values)) {
      const value = values[key];
      if (value === undefined || isSearchValue(value)) continue;
      if (!Array.isArray(value) || !value.every(isSearchValue))
        throw invalidArgument(
          `${path}.entities.${entity}.${key}`,
          "a searched value is text, a number, a bigint, a boolean, or a list of those",
        );
    }
  }
}

function isSearchValue(value: unknown): value is SearchValue {
  const type = typeof value;
  return type === "number" || type === "string" || type === "bigint" || type === "boolean";
}
