import { onAbort } from "../cancellation/abort.js";
import { compareBytes, concatBytes, copyBytes, equalBytes } from "../identity/bytes.js";
import type {
  KvDriver,
  KvDriverCheck,
  KvDriverCommit,
  KvDriverCommitResult,
  KvDriverMutation,
  KvRead,
  StoredEntry,
} from "../kv/driver.js";
import { decodeKey, encodeSequence } from "../kv/key.js";
import { counterKey } from "../kv/reserved.js";
import { EntryMap } from "./entry-map.js";

/** How to make a KvDriver in memory. */
export interface MemoryKvOptions {
  /** Whether it lists, appends and commits several keys. Default: true. */
  readonly ordered?: boolean | undefined;
}

/**
 * A KvDriver that lives in this process: for tests, caches and first steps. It is the reference that other drivers are
 * compared with.
 *
 * @example
 * ```ts
 * import { createKvStore } from "@millwright/core";
 * import { memoryKv } from "@millwright/core/memory";
 *
 * const kv = createKvStore(memoryKv());
 * await kv.atomic().set(["greeting"], "hello").commit();
 * ```
 */
export function memoryKv(options: MemoryKvOptions = {}): KvDriver {
  const entries = new EntryMap();
  const watchers = new Set<() => void>();
  return {
    name: "memory",
    capabilities: { ordered: options.ordered ?? true, shared: false, durable: false },
    async read(request) {
      return request.kind === "keys"
        ? request.keys.map((key) => alive(entries.get(nameOf(key)), request.now))
        : readRange(entries, request);
    },
    async commit(commit) {
      const result = apply(entries, commit);
      if (result.ok) for (const wake of watchers) wake();
      return result;
    },
    async *watch(_keys, call) {
      let wake: (() => void) | undefined;
      const onCommit = (): void => wake?.();
      watchers.add(onCommit);
      const stopWaiting = onAbort(call?.signal, onCommit);
      try {
        while (call?.signal?.aborted !== true) {
          const changed = new Promise<void>((resolve) => (wake = resolve));
          yield;
          await changed;
        }
      } finally {
        stopWaiting();
        watchers.delete(onCommit);
      }
    },
    async close() {
      for (const wake of watchers) wake();
    },
  };
}

function readRange(entries: EntryMap, request: Extract<KvRead, { kind: "range" }>): StoredEntry[] {
  const found: StoredEntry[] = [];
  for (const name of entries.keys(nameOf(request.start), nameOf(request.end), request.reverse)) {
    if (found.length >= request.limit) break;
    const entry = alive(entries.get(name), request.now);
    if (entry !== undefined) found.push(entry);
  }
  return found;
}

// Nothing here awaits, so a commit is one step of the event loop: serialisable as it stands.
function apply(entries: EntryMap, commit: KvDriverCommit): KvDriverCommitResult {
  const holds = (check: KvDriverCheck): boolean => {
    const version = alive(entries.get(nameOf(check.key)), commit.now)?.version;
    return check.version === null
      ? version === undefined
      : version !== undefined && equalBytes(version, check.version);
  };
  const failed = commit.checks.flatMap((check, index) => (holds(check) ? [] : [index]));
  if (failed.length > 0) return { ok: false, failed };
  const sequences: number[] = [];
  const stale: number[] = [];
  for (const [index, mutation] of commit.mutations.entries()) {
    if (mutation.kind === "append") sequences.push(append(entries, mutation, commit));
    else if (!change(entries, mutation, commit)) stale.push(index);
  }
  entries.removeExpired(commit.now, commit.mutations.length);
  return { ok: true, sequences, stale };
}

/** `false` if something newer is there. */
function change(
  entries: EntryMap,
  mutation: Exclude<KvDriverMutation, { kind: "append" }>,
  commit: KvDriverCommit,
): boolean {
  if (mutation.kind === "import") {
    entries.set(nameOf(mutation.entry.key), copyOf(mutation.entry));
    return true;
  }
  const name = nameOf(mutation.key);
  if (mutation.kind === "delete") {
    entries.delete(name);
    return true;
  }
  const order = mutation.kind === "setIfNewer" ? mutation.order : undefined;
  const current = order === undefined ? undefined : alive(entries.get(name), commit.now)?.order;
  if (order !== undefined && current !== undefined && compareBytes(current, order) > 0) return false;
  const { key, value, expiresAt } = mutation;
  entries.set(name, copyOf({ key, value, version: commit.id, expiresAt, order }));
  return true;
}

function append(
  entries: EntryMap,
  mutation: Extract<KvDriverMutation, { kind: "append" }>,
  commit: KvDriverCommit,
): number {
  const counter = counterKey(mutation.log);
  const last = entries.get(nameOf(counter));
  const sequence = (last === undefined ? 0 : (decodeKey(last.value)?.[0] as number)) + 1;
  const encoded = encodeSequence(sequence);
  const { value, expiresAt } = mutation;
  entries.set(nameOf(counter), { key: counter, value: encoded, version: commit.id });
  const key = concatBytes([mutation.log, encoded]);
  entries.set(nameOf(key), copyOf({ key, value, version: commit.id, expiresAt }));
  return sequence;
}

function alive(entry: StoredEntry | undefined, now: number): StoredEntry | undefined {
  return entry?.expiresAt !== undefined && entry.expiresAt <= now ? undefined : entry;
}

/** Callers may reuse their arrays. */
function copyOf(entry: StoredEntry): StoredEntry {
  return {
    key: copyBytes(entry.key),
    value: copyBytes(entry.value),
    version: copyBytes(entry.version),
    expiresAt: entry.expiresAt,
    order: entry.order === undefined ? undefined : copyBytes(entry.order),
  };
}

function nameOf(bytes: Uint8Array): string {
  // One string at once: one that is put together byte by byte costs more than all the rest of a read.
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}
