import type { ColumnBatch } from "../columns/column.js";
import { encodeBatch } from "../columns/encode.js";
import { columnSpecsOf } from "../columns/specs.js";
import { digestOf } from "../identity/hasher.js";
import { createIdentifierHex } from "../identity/identifier.js";
import type { Key } from "../kv/key.js";
import type { KvAtomic } from "../kv/kv-store.js";
import { addReference, dropReference } from "../storage/references.js";
import type { TableContext } from "./context.js";
import { encodeEntry, entryBytes, inlineBytes, type TableEntry } from "./entry.js";
import { tableStatistics } from "./pruning.js";

/** An entry that is ready to be committed; its blob, if it has one, is stored. */
export interface PreparedEntry {
  readonly value: Uint8Array;
  /** Adds the reference to the blob to the commit that makes the entry visible. */
  refer(atomic: KvAtomic): KvAtomic;
}

/** Encodes a batch and stores it, unless it is small enough to lie in its entry. */
export async function prepareEntry(
  context: TableContext,
  table: Key,
  batch: ColumnBatch,
  extra: Pick<TableEntry, "id" | "parts">,
  signal: AbortSignal | undefined,
): Promise<PreparedEntry> {
  const encoded = encodeBatch(batch);
  const entry: TableEntry = {
    rows: batch.rows,
    bytes: encoded.length,
    schema: schemaOf(batch),
    statistics: tableStatistics(batch),
    ...extra,
  };
  if (encoded.length <= inlineBytes) {
    const value = encodeEntry({ ...entry, inline: encoded });
    if (value.length <= entryBytes) return { value, refer: (atomic) => atomic };
  }
  const { digest } = await context.blobs.put(encoded, { size: encoded.length, signal });
  const owner = createIdentifierHex({ time: context.clock.now() });
  return {
    value: encodeEntry({ ...entry, blob: { digest, owner } }),
    refer: (atomic) => addReference(atomic, digest, [...table, owner]),
  };
}

/**
 * Ends the reference of an entry to its blob. For readers who have just read the entry the blob is kept for a day; not so
 * for erased data.
 */
export function dropBlob(atomic: KvAtomic, table: Key, { blob }: TableEntry, keepFor?: 0): void {
  if (blob !== undefined) dropReference(atomic, blob.digest, [...table, blob.owner], { keepFor });
}

/** Batches with equal schemas can be merged: the same names and types, in any order; a dictionary is a string. */
function schemaOf(batch: ColumnBatch): string {
  const names = columnSpecsOf(batch).map(({ name, type }) => JSON.stringify([name, type]));
  return digestOf(names.sort().join()).slice("sha256:".length, "sha256:".length + 16);
}
