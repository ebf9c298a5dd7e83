import { sliceBatch } from "../columns/rows.js";
import type { Key } from "../kv/key.js";
import {
  type DropMark,
  droppedKey,
  entryKey,
  idKey,
  pauseAfterConflict,
  readDropMark,
  type TableContext,
} from "./context.js";
import { type LocatedEntry, lastPosition, loadBatch, readLog } from "./log.js";
import { rowsUpTo } from "./parts.js";
import { replaceEntries } from "./rewrite.js";
import { dropBlob } from "./write-batch.js";

const chunk = 100;

/** Hides all batches by one mark, then deletes them bit by bit. */
export async function dropTable(
  context: TableContext,
  table: Key,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const mark = await readDropMark(context, table, signal);
    const last = await lastPosition(context, table, signal);
    if (last <= mark.position) break;
    const atomic = context.kv.atomic().check(droppedKey(table), mark.entry?.version ?? null);
    if ((await atomic.set(droppedKey(table), last).commit({ signal })).ok) break;
    await pauseAfterConflict(context, attempt, signal);
  }
  await finishDrop(context, table, signal);
}

/**
 * Deletes what a drop has hidden, also one that was interrupted, and then its mark. Several may do so at once: each deletes
 * only what is still as it was read.
 */
export async function finishDrop(
  context: TableContext,
  table: Key,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const mark = await readDropMark(context, table, signal);
    if (mark.entry === undefined) return;
    if (
      (await deleteEntries(context, table, mark, signal)) &&
      (await trimFirstEntry(context, table, mark, signal)) &&
      (await deleteIds(context, table, mark, signal))
    ) {
      const atomic = context.kv
        .atomic()
        .check(droppedKey(table), mark.entry.version)
        .delete(droppedKey(table));
      if ((await atomic.commit({ signal })).ok) return;
    }
    await pauseAfterConflict(context, attempt, signal);
  }
}

async function deleteEntries(
  context: TableContext,
  table: Key,
  mark: DropMark,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for (;;) {
    const entries: LocatedEntry[] = [];
    for await (const located of readLog(context, table, { through: mark.position, limit: chunk, signal }))
      entries.push(located);
    if (entries.length === 0) return true;
    const named = entries.filter(({ entry }) => entry.id !== undefined);
    const ids = await context.kv.getMany(
      named.map(({ entry }) => idKey(table, entry.id!)),
      { signal },
    );
    const atomic = context.kv.atomic();
    for (const { position, version, entry } of entries) {
      atomic.check(entryKey(table, position), version).delete(entryKey(table, position));
      dropBlob(atomic, table, entry);
    }
    for (const [index, { entry, version }] of named.entries()) {
      // Else the id was used again after the drop, and belongs to a batch that lives.
      if (ids[index]?.version === version)
        atomic.check(idKey(table, entry.id!), version).delete(idKey(table, entry.id!));
    }
    if (!(await atomic.commit({ signal })).ok) return false;
  }
}

/** A compaction may have merged dropped rows with later ones before the mark was there. */
async function trimFirstEntry(
  context: TableContext,
  table: Key,
  mark: DropMark,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for await (const located of readLog(context, table, { after: mark.position, limit: 1, signal })) {
    const dropped = rowsUpTo(located.parts, mark.position);
    if (dropped === 0) return true;
    const batch = await loadBatch(context, table, located, { signal });
    if (batch === undefined) return false;
    const parts = located.parts.filter((part) => part.position > mark.position);
    return replaceEntries(
      context,
      table,
      [located],
      { batch: sliceBatch(batch, dropped), parts },
      mark,
      signal,
    );
  }
  return true;
}

/** Frees the ids of batches that had been rewritten before the drop; those of the others went with their entries. */
async function deleteIds(
  context: TableContext,
  table: Key,
  mark: DropMark,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let atomic = context.kv.atomic();
  let changes = 0;
  for await (const { key, value, version } of context.kv.list({ prefix: [...table, "id"] }, { signal })) {
    if (typeof value !== "number" || value > mark.position) continue;
    atomic.check(key, version).delete(key);
    if (++changes < chunk) continue;
    if (!(await atomic.commit({ signal })).ok) return false;
    atomic = context.kv.atomic();
    changes = 0;
  }
  return (await atomic.commit({ signal })).ok;
}
