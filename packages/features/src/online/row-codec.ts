import { fromCanonicalJson, type StructuredValue, toCanonicalJson } from "@millwright/core";
import type { ColumnValue } from "@millwright/core/columns";
import { featuresError } from "../errors.js";

/** A row of a view as the online store holds it. */
export interface OnlineRow {
  /** Microseconds since the epoch. */
  readonly eventTime: number;
  readonly createdTime?: number | undefined;
  /** Values as columns hold them. One that is absent is of a feature that the view did not have then. */
  readonly values: Readonly<Record<string, ColumnValue>>;
}

/** The first byte of a row: how the rest is written. 1 is canonical JSON. */
const version = 1;

/** The bytes of a row. Nothing outside this file knows how they are made. */
export function encodeRow(row: OnlineRow): Uint8Array {
  const { eventTime, createdTime, values } = row;
  const text = toCanonicalJson({ eventTime, createdTime, values } as StructuredValue, "row");
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(encoded.length + 1);
  bytes[0] = version;
  bytes.set(encoded, 1);
  return bytes;
}

/**
 * The row of bytes that {@link encodeRow} made.
 *
 * @throws {MillwrightError} `CORRUPT`; `FORMAT_TOO_NEW`
 */
export function decodeRow(value: unknown, where: string): OnlineRow {
  if (!(value instanceof Uint8Array) || value.length === 0) throw corrupt(where);
  if (value[0] !== version) {
    throw featuresError(
      "FORMAT_TOO_NEW",
      `${where} has the format ${value[0]}, this release reads ${version}; upgrade @millwright/features`,
    );
  }
  let row: OnlineRow;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(value.subarray(1));
    row = fromCanonicalJson(text) as unknown as OnlineRow;
  } catch (cause) {
    throw corrupt(where, cause);
  }
  const fits = Number.isSafeInteger(row?.eventTime) && typeof row.values === "object" && row.values !== null;
  if (!fits) throw corrupt(where);
  return row;
}

function corrupt(where: string, cause?: unknown): Error {
  return featuresError("CORRUPT", `${where} is not a row of features; materialize the view again`, { cause });
}
