import { invalidArgument } from "../../../errors/create.js";
import type { SearchDocument, SearchValue } from "../../document.js";

/** A value as columns hold it: booleans are their texts, and bigints are numbers where those are exact. */
export type StoredValue = number | bigint | string;

/** What a column holds for a value. */
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
      const type = typeof values[key];
      if (
        type !== "number" &&
        type !== "string" &&
        type !== "bigint" &&
        type !== "boolean" &&
        type !== "undefined"
      )
        throw invalidArgument(
          `${path}.entities.${entity}.${key}`,
          "a searched value is text, a number, a bigint or a boolean",
        );
    }
  }
}
