import type { BlobStore } from "../blobs/blob-store.js";
import { invalidArgument } from "../errors/create.js";
import type { Key } from "../kv/key.js";
import type { KvEntry, KvStore } from "../kv/kv-store.js";
import type { Lifecycle } from "../lifecycle/lifecycle.js";
import { awaitedSleep, type Clock } from "../time/clock.js";

/** What all operations of one store share. */
export interface TableContext {
  readonly kv: KvStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
}

/*
 * The keys of a table. Strings sort before numbers, so the log `[...table, 1]`, `[...table, 2]`, … is a range by itself.
 */

/** The entry of a position. */
export function entryKey(table: Key, position: number): Key {
  return [...table, position];
}

/**
 * Marks that a batch with this id was appended. `null` while its entry still has the version of this key (they were written
 * by one commit), else the position at which it was appended.
 */
export function idKey(table: Key, id: string): Key {
  return [...table, "id", id];
}

/** The position up to which everything was dropped, while what is left of it is being deleted. */
export function droppedKey(table: Key): Key {
  return [...table, "dropped"];
}

export function checkTable(table: Key): void {
  if (!Array.isArray(table) || table.length === 0)
    throw invalidArgument("table", "a table is named by a key of at least one part");
}

/** The mark of a drop that is not finished. */
export interface DropMark {
  /** 0 if there is none. */
  readonly position: number;
  readonly entry: KvEntry | undefined;
}

export async function readDropMark(
  context: TableContext,
  table: Key,
  signal: AbortSignal | undefined,
): Promise<DropMark> {
  const entry = await context.kv.get(droppedKey(table), { signal });
  return { position: Number(entry?.value ?? 0), entry };
}

/** Waits a moment before the next attempt, so that writers who lost to each other do not meet again. */
export async function pauseAfterConflict(
  context: TableContext,
  attempt: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (attempt > 1)
    await awaitedSleep(context.clock, Math.random() * Math.min(50_000, 1_000 * 2 ** attempt), signal);
}
