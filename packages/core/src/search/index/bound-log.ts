import type { CallOptions } from "../../cancellation/abort.js";
import { invalidArgument } from "../../errors/create.js";
import type { Key } from "../../kv/key.js";
import type { KvCommitted, KvStore } from "../../kv/kv-store.js";
import { searchLog } from "./touch.js";

/** How a log is kept bounded. */
export interface BoundSearchLogOptions extends CallOptions {
  /** Entries that stay, the newest. Default: 65,536. */
  readonly entries?: number | undefined;
}

/**
 * Entries of a log that stay whoever searches. Behind so many changes reading the tail is hardly cheaper than building the index anew, and
 * a log of that length is a few megabytes. An index in use cuts its log far earlier: it writes a snapshot after half as many changes at most.
 */
export const longestLog = 65_536;

/** The log is cut once in so many parts of its length, so that hardly a commit pays for it. */
const cuts = 16;

/**
 * Keeps the log of an index bounded also while nobody searches. Whoever touches an index calls it with what the commit gave: most calls do
 * nothing, and that of each 4,096th entry deletes what is older than the newest 65,536. As every entry belongs to one commit, somebody is
 * always asked to cut, however many programs write and however short they live.
 *
 * It may cut what no snapshot covers, and needs no agreement with anybody. A log never loses its last entry and has no holes but at its
 * beginning, so whoever stood before the cut, an index in memory or a snapshot, sees at its next read that entries are missing, and goes on
 * from a newer snapshot or reads all documents. Nothing is missed; what is lost is time, once.
 *
 * @throws {MillwrightError} what the store throws: the commit before stands, and the next cut makes up for this one
 *
 * @example
 * ```ts
 * import { type KvStore, transact } from "@millwright/core";
 * import { boundSearchLog, touchSearchIndex } from "@millwright/core/search";
 *
 * const prefix = ["example", 1, "search"];
 * async function rename(kv: KvStore, id: string, name: string): Promise<void> {
 *   const { commit } = await transact(kv, async (atomic) => {
 *     touchSearchIndex(atomic.set(["example", 1, "runs", id], { name }), prefix, [id]);
 *   });
 *   await boundSearchLog(kv, prefix, commit);
 * }
 * ```
 */
export async function boundSearchLog(
  kv: KvStore,
  prefix: Key,
  { sequences }: Pick<KvCommitted, "sequences">,
  { entries = longestLog, signal }: BoundSearchLogOptions = {},
): Promise<void> {
  if (!Number.isInteger(entries) || entries < 1)
    throw invalidArgument("entries", "give a whole number of at least 1");
  const every = Math.max(1, Math.floor(entries / cuts));
  if (!sequences.some((sequence) => sequence % every === 0)) return;
  // Loaded here, since programs that only write need no more of an index than this.
  const { lastPosition, trimLog } = await import("./change-log.js");
  const log = searchLog(prefix);
  // Not counted from the sequences of the commit, which may be those of other logs too.
  const last = await lastPosition(kv, log, signal);
  await trimLog(kv, log, last.sequence - entries + 1, signal);
}
