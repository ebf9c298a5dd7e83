import type { HttpCall } from "@millwright/core/http";
import { invalidArgument } from "../errors.js";

/** A whole number of the query. @throws {MillwrightError} `INVALID_ARGUMENT` */
export function wholeNumber(call: HttpCall, name: string, minimum: number): number {
  const text = call.query.get(name) ?? "";
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value) || value < minimum)
    throw invalidArgument(name, `${JSON.stringify(text)} is not a whole number from ${minimum}`);
  return value;
}

/** The identity of a journal: 32 digits that its recorder drew at random. @throws {MillwrightError} `INVALID_ARGUMENT` */
export function journalOf(call: HttpCall): string {
  const journal = call.query.get("journal") ?? "";
  if (!/^[0-9a-f]{32}$/.test(journal))
    throw invalidArgument("journal", `${JSON.stringify(journal)} is not the identity of a journal`);
  return journal;
}
