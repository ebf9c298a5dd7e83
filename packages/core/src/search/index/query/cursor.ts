import { coreError } from "../../../errors/create.js";
import { fromBase64, toBase64 } from "../../../identity/bytes.js";
import { digestOf } from "../../../identity/hasher.js";
import type { StoredValue } from "../columns/stored-value.js";
import { fromTagged, toTagged } from "../columns/tagged-json.js";
import type { SearchPosition } from "./row-order.js";

const format = "1";

/**
 * A cursor behind a position of a query: its format, a digest of both, and the position. Nothing of it is secret or trusted; the digest
 * tells that neither has changed.
 */
export function encodeSearchCursor(query: string, { values, id }: SearchPosition): string {
  const text = JSON.stringify([id, ...values.map((value) => (value === undefined ? null : toTagged(value)))]);
  const position = toBase64(new TextEncoder().encode(text));
  const unpadded = position.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${format}.${checkOf(query, text)}.${unpadded}`;
}

/** The position of a cursor of this query. @throws {MillwrightError} `INVALID_CURSOR` */
export function decodeSearchCursor(query: string, cursor: string): SearchPosition {
  const [version, check, position, ...rest] = typeof cursor === "string" ? cursor.split(".") : [];
  if (version !== format || check === undefined || position === undefined || rest.length > 0)
    throw coreError(
      "INVALID_CURSOR",
      "the cursor is malformed, or from another release; search again from the start",
    );
  const bytes = fromBase64(position.replaceAll("-", "+").replaceAll("_", "/"));
  const text = bytes === undefined ? "" : new TextDecoder().decode(bytes);
  if (check !== checkOf(query, text))
    throw coreError(
      "INVALID_CURSOR",
      "the cursor belongs to another filter or order, or is damaged; pass it whole, with those that it came from",
    );
  const [id, ...values] = JSON.parse(text) as [string, ...unknown[]];
  return {
    id,
    values: values.map((value): StoredValue | undefined => (value === null ? undefined : fromTagged(value))),
  };
}

function checkOf(query: string, text: string): string {
  return digestOf(`${query}\n${text}`).slice("sha256:".length, "sha256:".length + 22);
}
