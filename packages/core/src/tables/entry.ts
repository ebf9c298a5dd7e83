import { fromCanonicalJson, toCanonicalJson } from "../encoding/canonical-json.js";
import type { StructuredValue } from "../encoding/structured-value.js";
import { coreError } from "../errors/create.js";
import { concatBytes } from "../identity/bytes.js";
import { type Digest, isDigest } from "../identity/digest.js";
import { decodeParts, type EncodedParts, encodeParts, type TablePart } from "./parts.js";
import type { TableStatistics } from "./pruning.js";

/** What the log holds for a batch. */
export interface TableEntry {
  readonly rows: number;
  /** Size of the encoded batch. */
  readonly bytes: number;
  /** Digest of the names and types of the columns: equal where batches can be merged. */
  readonly schema: string;
  readonly statistics: TableStatistics;
  /** The id that the caller gave the batch, until its entry is rewritten. */
  readonly id?: string | undefined;
  /** Which appended batches the rows are of; absent: of the one at the position of the entry. */
  readonly parts?: readonly TablePart[] | undefined;
  /** The encoded batch: here, or in a blob. */
  readonly inline?: Uint8Array | undefined;
  readonly blob?: { readonly digest: Digest; readonly owner: string } | undefined;
}

/** Largest batch that lies in its entry. */
export const inlineBytes = 48 * 1024;

/** Largest entry. A value of the KvStore has 64 KiB, of which it needs one byte. */
export const entryBytes = 64 * 1024 - 1;

// "MWTE", the version, three zeros.
const magic = Uint8Array.of(0x4d, 0x57, 0x54, 0x45, 1, 0, 0, 0);
const prefixBytes = 16;

/** Sixteen bytes of magic and length, a header in canonical JSON padded with spaces to a multiple of 8, the batch. */
export function encodeEntry(entry: TableEntry): Uint8Array {
  const { inline, parts, ...rest } = entry;
  const header = { ...rest, parts: parts && encodeParts(parts) } as unknown as StructuredValue;
  const json = new TextEncoder().encode(toCanonicalJson(header, "entry"));
  const start = prefixBytes + Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(start).fill(0x20, prefixBytes);
  head.set(magic);
  head.set(json, prefixBytes);
  new DataView(head.buffer).setUint32(8, start - prefixBytes, true);
  return inline === undefined ? head : concatBytes([head, inline]);
}

/** @throws {MillwrightError} `CORRUPT`; `FORMAT_TOO_NEW` */
export function decodeEntry(value: unknown, where: string): TableEntry {
  const corrupt = (cause?: unknown): Error =>
    coreError("CORRUPT", `${where} is not an entry of a table`, { cause });
  if (!(value instanceof Uint8Array) || value.length < prefixBytes) throw corrupt();
  for (const index of [0, 1, 2, 3]) if (value[index] !== magic[index]) throw corrupt();
  if (value[4] !== magic[4]) {
    throw coreError(
      "FORMAT_TOO_NEW",
      `${where} has format version ${value[4]}; upgrade @millwright/core to read it`,
    );
  }
  const start = prefixBytes + new DataView(value.buffer, value.byteOffset, prefixBytes).getUint32(8, true);
  if (start > value.length) throw corrupt();
  try {
    const header = fromCanonicalJson(
      new TextDecoder("utf-8", { fatal: true }).decode(value.subarray(prefixBytes, start)),
    );
    const { parts, ...rest } = header as unknown as TableEntry & { parts?: EncodedParts };
    const entry: TableEntry = { ...rest, parts: parts && decodeParts(parts) };
    if (entry.blob === undefined) return check({ ...entry, inline: value.subarray(start) });
    return check(entry);
  } catch (cause) {
    throw corrupt(cause);
  }
}

function check(entry: TableEntry): TableEntry {
  const { rows, bytes, schema, statistics, blob } = entry;
  const fits =
    Number.isSafeInteger(rows) && rows > 0 && Number.isSafeInteger(bytes) && typeof schema === "string";
  if (!fits || typeof statistics !== "object" || statistics === null)
    throw new TypeError("a field is missing");
  if (blob !== undefined && !(isDigest(blob.digest) && typeof blob.owner === "string"))
    throw new TypeError("the blob is malformed");
  return entry;
}

/** The parts of an entry that lies at a position. */
export function partsOf(entry: TableEntry, position: number): readonly TablePart[] {
  return entry.parts ?? [{ position, rows: entry.rows }];
}
