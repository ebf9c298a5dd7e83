import type { Key } from "../../kv/key.js";
import type { KvStore } from "../../kv/kv-store.js";
import type { LogPosition } from "./snapshot/snapshot-store.js";

/** Entries of one page. */
const pageSize = 1_000;

/** What was read behind a position. */
export type LogTail =
  | {
      readonly state: "read";
      /** Documents that were changed, each once. */
      readonly ids: readonly string[];
      readonly position: LogPosition;
      /** Changes of documents; one that changed twice counts twice. */
      readonly changes: number;
      /** Whether there is nothing more. */
      readonly ended: boolean;
    }
  /**
   * Entries behind the position are gone, or it is not a position of this log: what comes is not known. Only a snapshot at or behind
   * `resumeAt` helps; infinite if none does.
   */
  | { readonly state: "lost"; readonly resumeAt: number };

/**
 * The changes behind a position, at most about `limit`. The entry at the position is read too: the last entry is never deleted, so that a
 * log in which nothing is left there was emptied, and one in which it has another version was replaced.
 */
export async function readTail(
  kv: KvStore,
  log: Key,
  after: LogPosition,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<LogTail> {
  const ids = new Set<string>();
  let { sequence, version } = after;
  let changes = 0;
  let found = false;
  const selector = { prefix: log, start: [...log, Math.max(sequence, 1)] };
  for await (const entry of kv.list(selector, { pageSize, signal })) {
    const at = entry.key[log.length];
    if (typeof at !== "number" || entry.key.length !== log.length + 1) continue;
    if (!found && at === after.sequence) {
      found = true;
      if (version !== undefined && entry.version !== version) return lost();
      continue;
    }
    found = true;
    if (at !== sequence + 1) return { state: "lost", resumeAt: at - 1 };
    const changed = idsOf(entry.value);
    if (changed === undefined) return lost();
    for (const id of changed) ids.add(id);
    sequence = at;
    version = entry.version;
    changes += changed.length;
    if (changes >= limit) return read(false);
  }
  return found || after.sequence === 0 ? read(true) : lost();

  function read(ended: boolean): LogTail {
    return { state: "read", ids: [...ids], position: { sequence, version }, changes, ended };
  }
}

function lost(): LogTail {
  return { state: "lost", resumeAt: Number.POSITIVE_INFINITY };
}

/** The identifiers of an entry: one, or a list. */
function idsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  return Array.isArray(value) && value.every((id) => typeof id === "string") ? value : undefined;
}

/** The last position of a log. */
export async function lastPosition(
  kv: KvStore,
  log: Key,
  signal: AbortSignal | undefined,
): Promise<LogPosition> {
  for await (const entry of kv.list({ prefix: log }, { reverse: true, limit: 1, signal }))
    return { sequence: entry.key[log.length] as number, version: entry.version };
  return { sequence: 0, version: undefined };
}

/** Deletes the entries before a sequence. */
export async function trimLog(
  kv: KvStore,
  log: Key,
  before: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (before <= 1) return;
  let keys: Key[] = [];
  for await (const { key } of kv.list({ prefix: log, end: [...log, before] }, { pageSize, signal })) {
    keys.push(key);
    if (keys.length === pageSize) {
      await deleteKeys(kv, keys, signal);
      keys = [];
    }
  }
  await deleteKeys(kv, keys, signal);
}

async function deleteKeys(kv: KvStore, keys: readonly Key[], signal: AbortSignal | undefined): Promise<void> {
  if (keys.length === 0) return;
  const atomic = kv.atomic();
  for (const key of keys) atomic.delete(key);
  await atomic.commit({ signal });
}
