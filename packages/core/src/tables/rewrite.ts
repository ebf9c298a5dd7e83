import type { ColumnBatch } from "../columns/column.js";
import type { Key } from "../kv/key.js";
import { type DropMark, droppedKey, entryKey, idKey, type TableContext } from "./context.js";
import type { LocatedEntry } from "./log.js";
import type { TablePart } from "./parts.js";
import { dropBlob, prepareEntry } from "./write-batch.js";

/** What takes the place of some neighbouring entries. */
export interface Replacement {
  /** The rows that are left. */
  readonly batch: ColumnBatch;
  /** Which appended batches they are of. */
  readonly parts: readonly TablePart[];
  /** Whether readers who have just read the old entries may still need their blobs. Default: true. */
  readonly keepBlobs?: boolean | undefined;
}

/**
 * Replaces neighbours by one entry at the position of the last, in one commit; no rows leave no entry. Gives false if one of
 * them changed meanwhile, or the table was dropped, and nothing was done.
 */
export async function replaceEntries(
  context: TableContext,
  table: Key,
  entries: readonly LocatedEntry[],
  replacement: Replacement,
  mark: DropMark,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { batch, parts, keepBlobs = true } = replacement;
  const last = entries.at(-1)!.position;
  const prepared =
    batch.rows === 0 ? undefined : await prepareEntry(context, table, batch, { parts }, signal);
  const atomic = context.kv.atomic().check(droppedKey(table), mark.entry?.version ?? null);
  for (const { position, version, entry } of entries) {
    const key = entryKey(table, position);
    atomic.check(key, version);
    if (position !== last || prepared === undefined) atomic.delete(key);
    dropBlob(atomic, table, entry, keepBlobs ? undefined : 0);
    // The entry loses the version that tied it to its id, so from now on the id says at which position it was appended.
    if (entry.id !== undefined) atomic.set(idKey(table, entry.id), position);
  }
  if (prepared !== undefined) prepared.refer(atomic.set(entryKey(table, last), prepared.value));
  return (await atomic.commit({ signal })).ok;
}
