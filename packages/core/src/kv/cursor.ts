import { coreError } from "../errors/create.js";
import { concatBytes, fromBase64, toBase64 } from "../identity/bytes.js";
import { fingerprint } from "../identity/fingerprint.js";

const format = "1";

/** What a cursor belongs to: a listing of the same range in the same direction. */
export interface CursorScope {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  readonly reverse: boolean;
}

/**
 * A cursor that stands behind `last`. It holds the key, and a fingerprint of the listing and of the key, so that neither can
 * change unnoticed; nothing of it is secret or trusted.
 */
export function encodeCursor(scope: CursorScope, last: Uint8Array): string {
  const position = toBase64(last).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${format}.${fingerprintOf(scope, last)}.${position}`;
}

/** The key at which a cursor stands; it lies inside the range. @throws {MillwrightError} `INVALID_CURSOR` */
export function decodeCursor(scope: CursorScope, cursor: string): Uint8Array {
  const [version, given, position, ...rest] = typeof cursor === "string" ? cursor.split(".") : [];
  if (version !== format || given === undefined || position === undefined || rest.length > 0) {
    throw coreError(
      "INVALID_CURSOR",
      "the cursor is malformed, or from another release; list again from the start",
    );
  }
  const key = fromBase64(position.replaceAll("-", "+").replaceAll("_", "/"));
  if (key === undefined || key.length === 0)
    throw coreError("INVALID_CURSOR", "the cursor is damaged; list again from the start");
  if (given !== fingerprintOf(scope, key)) {
    throw coreError(
      "INVALID_CURSOR",
      "the cursor belongs to another listing, or is damaged; pass it whole, with the selector and direction it came from",
    );
  }
  return key;
}

function fingerprintOf({ start, end, reverse }: CursorScope, key: Uint8Array): string {
  const lengths = Uint8Array.of(
    start.length >> 8,
    start.length & 0xff,
    end.length >> 8,
    end.length & 0xff,
    reverse ? 1 : 0,
  );
  return fingerprint(concatBytes([lengths, start, end, key]));
}
