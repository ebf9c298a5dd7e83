import { onAbort } from "../cancellation/abort.js";
import { compareBytes } from "../identity/bytes.js";
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
import { hasVersion, isAlive, packEntry, unpackEntry } from "../kv/packed-entry.js";
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
      return request.kind === "keys" ? readKeys(entries, request) : readRange(entries, request);
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

function readKeys(
  entries: EntryMap,
  { keys, now }: Extract<KvRead, { kind: "keys" }>,
): (StoredEntry | undefined)[] {
  return keys.map((key) => {
    const packed = entries.get(nameOf(key));
    return isAlive(packed, now) ? unpackEntry(key, packed) : undefined;
  });
}

function readRange(entries: EntryMap, request: Extract<KvRead, { kind: "range" }>): StoredEntry[] {
  const found: StoredEntry[] = [];
  for (const name of entries.keys(nameOf(request.start), nameOf(request.end), request.reverse)) {
    if (found.length >= request.limit) break;
    const packed = entries.get(name);
    if (isAlive(packed, request.now)) found.push(unpackEntry(bytesOf(name), packed));
  }
  return found;
}

// Nothing here awaits, so a commit is one step of the event loop: serialisable as it stands. Packing copies: callers may
// reuse their arrays.
function apply(entries: EntryMap, commit: KvDriverCommit): KvDriverCommitResult {
  const failed = commit.checks.flatMap((check, index) => (holds(entries, check, commit.now) ? [] : [index]));
  if (failed.length > 0) return { ok: false, failed };
  const sequences: number[] = [];
  const stale: number[] = [];
  for (let index = 0; index < commit.mutations.length; index++) {
    const mutation = commit.mutations[index]!;
    if (mutation.kind === "append") sequences.push(append(entries, mutation, commit.id));
    else if (!change(entries, mutation, commit)) stale.push(index);
  }
  entries.removeExpired(commit.now, commit.mutations.length);
  return { ok: true, sequences, stale };
}

function holds(entries: EntryMap, check: KvDriverCheck, now: number): boolean {
  const packed = entries.get(nameOf(check.key));
  const exists = isAlive(packed, now);
  return check.version === null ? !exists : exists && hasVersion(packed, check.version);
}

/** `false` if something newer is there. */
function change(
  entries: EntryMap,
  mutation: Exclude<KvDriverMutation, { kind: "append" }>,
  { id, now }: KvDriverCommit,
): boolean {
  if (mutation.kind === "import") {
    const { key, value, version, expiresAt, order } = mutation.entry;
    entries.set(nameOf(key), packEntry(value, version, expiresAt, order));
    return true;
  }
  const name = nameOf(mutation.key);
  if (mutation.kind === "delete") {
    entries.delete(name);
    return true;
  }
  const { value, expiresAt } = mutation;
  if (mutation.kind === "set") {
    entries.set(name, packEntry(value, id, expiresAt));
    return true;
  }
  const packed = entries.get(name);
  const order = isAlive(packed, now) ? unpackEntry(mutation.key, packed).order : undefined;
  if (order !== undefined && compareBytes(order, mutation.order) > 0) return false;
  entries.set(name, packEntry(value, id, expiresAt, mutation.order));
  return true;
}

function append(
  entries: EntryMap,
  { log, value, expiresAt }: Extract<KvDriverMutation, { kind: "append" }>,
  id: Uint8Array,
): number {
  const counter = counterKey(log);
  const counterName = nameOf(counter);
  const last = entries.get(counterName);
  const sequence =
    (last === undefined ? 0 : (decodeKey(unpackEntry(counter, last).value)?.[0] as number)) + 1;
  const encoded = encodeSequence(sequence);
  entries.set(counterName, packEntry(encoded, id));
  entries.set(nameOf(log) + nameOf(encoded), packEntry(value, id, expiresAt));
  return sequence;
}

function nameOf(bytes: Uint8Array): string {
  // One string at once: one that is put together byte by byte costs more than all the rest of a read.
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

function bytesOf(name: string): Uint8Array {
  const bytes = new Uint8Array(name.length);
  for (let index = 0; index < name.length; index++) bytes[index] = name.charCodeAt(index);
  return bytes;
}
