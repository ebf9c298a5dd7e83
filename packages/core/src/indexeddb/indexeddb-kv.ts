import { compareBytes, concatBytes, equalBytes } from "../identity/bytes.js";
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
import { createChangeSignal } from "./change-signal.js";
import { createDatabase, expiryIndex, resultOf } from "./database.js";

/** An entry as the object store has it, under the bytes of its key. */
interface EntryRecord {
  readonly value: Uint8Array;
  readonly version: Uint8Array;
  readonly expiresAt?: number;
  readonly order?: Uint8Array;
}

/** Entries fetched at once from a range. */
const batch = 256;
/** Every so many commits, some long expired entries are removed. */
const sweepEvery = 32;
const sweepEntries = 64;
/** Clocks of tabs agree better than this. */
const sweepAge = 3_600_000_000;

/**
 * A KvDriver in the IndexedDB database of a name, for browsers. Several tabs may have it open: a commit is one
 * read-write transaction, which the browser runs alone. Acknowledged commits are on the disk (durability `strict`), but
 * a browser may evict the data of an origin that has no persistent storage: see `navigator.storage.persist()`.
 *
 * @throws {MillwrightError} `UNSUPPORTED` where there is no IndexedDB. Calls: `STORAGE_FULL` at the quota, `FOREIGN_DATA`,
 *   `FORMAT_TOO_NEW`
 *
 * @example
 * ```ts
 * import { createKvStore } from "@millwright/core";
 * import { indexedDbKv } from "@millwright/core/indexeddb";
 *
 * const kv = createKvStore(indexedDbKv("millwright"));
 * ```
 */
export function indexedDbKv(name: string): KvDriver {
  const database = createDatabase(name);
  const changes = createChangeSignal(`millwright:${name}`);
  let commits = 0;
  return {
    name: `indexeddb ${name}`,
    capabilities: { ordered: true, shared: true, durable: true },
    read: (request) =>
      database.transaction(["entries"], "readonly", (store) =>
        request.kind === "keys" ? readKeys(store("entries"), request) : readRange(store("entries"), request),
      ),
    async commit(commit) {
      const sweep = commits++ % sweepEvery === sweepEvery - 1;
      const result = await database.transaction(["entries"], "readwrite", async (store) => {
        const applied = await apply(store("entries"), commit);
        if (sweep) await removeExpired(store("entries"), commit.now - sweepAge);
        return applied;
      });
      if (result.ok) changes.announce();
      return result;
    },
    ...(changes.listen && { watch: (_keys, call = {}) => changes.listen!(call.signal) }),
    async close() {
      changes.close();
      await database.close();
    },
  };
}

async function readKeys(
  entries: IDBObjectStore,
  { keys, now }: Extract<KvRead, { kind: "keys" }>,
): Promise<(StoredEntry | undefined)[]> {
  const records = await Promise.all(keys.map((key) => find(entries, key, now)));
  return records.map((record, index) => (record === undefined ? undefined : entryOf(keys[index]!, record)));
}

async function readRange(
  entries: IDBObjectStore,
  { start, end, reverse, limit, now }: Extract<KvRead, { kind: "range" }>,
): Promise<StoredEntry[]> {
  const found: StoredEntry[] = [];
  if (reverse) {
    if (compareBytes(start, end) >= 0 || limit === 0) return found;
    return readBackwards(entries, rangeOf(start, end, false), limit, now);
  }
  for (let from = start, open = false; found.length < limit && compareBytes(from, end) < 0; open = true) {
    const range = rangeOf(from, end, open);
    // Expired entries count against a batch but not against the limit.
    const size = Math.min(batch, limit - found.length + 8);
    const [keys, records] = await Promise.all([
      resultOf(entries.getAllKeys(range, size)),
      resultOf<EntryRecord[]>(entries.getAll(range, size)),
    ]);
    for (const [index, record] of records.entries()) {
      if (isAlive(record, now) && found.length < limit) found.push(entryOf(bytesOf(keys[index]!), record));
    }
    if (keys.length < size) break;
    from = bytesOf(keys.at(-1)!);
  }
  return found;
}

/** From a key, or behind it, up to another. */
function rangeOf(start: Uint8Array, end: Uint8Array, open: boolean): IDBKeyRange {
  // No key is empty, and not every implementation takes an empty one as a bound.
  if (start.length === 0) return IDBKeyRange.upperBound(copyOf(end), true);
  return IDBKeyRange.bound(copyOf(start), copyOf(end), open, true);
}

function readBackwards(
  entries: IDBObjectStore,
  range: IDBKeyRange,
  limit: number,
  now: number,
): Promise<StoredEntry[]> {
  const found: StoredEntry[] = [];
  return new Promise((resolve, reject) => {
    const request = entries.openCursor(range, "prev");
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) return resolve(found);
      const record = cursor.value as EntryRecord;
      if (isAlive(record, now)) found.push(entryOf(bytesOf(cursor.key), record));
      if (found.length === limit) return resolve(found);
      cursor.continue();
    };
  });
}

async function apply(entries: IDBObjectStore, commit: KvDriverCommit): Promise<KvDriverCommitResult> {
  const { checks, mutations, now } = commit;
  const versions = await Promise.all(checks.map(async ({ key }) => (await find(entries, key, now))?.version));
  const failed = checks.flatMap((check, index) => (holds(check, versions[index]) ? [] : [index]));
  if (failed.length > 0) return { ok: false, failed };
  const [stale, counters] = await Promise.all([
    findStale(entries, mutations, now),
    readCounters(entries, mutations),
  ]);
  const sequences: number[] = [];
  for (const [index, mutation] of mutations.entries()) {
    if (mutation.kind === "append") sequences.push(append(entries, mutation, counters, commit.id));
    else if (!stale.includes(index)) write(entries, mutation, commit.id);
  }
  for (const { key, last } of counters.values()) {
    entries.put(recordOf({ value: encodeSequence(last), version: commit.id }), copyOf(key));
  }
  return { ok: true, sequences, stale };
}

function holds(check: KvDriverCheck, version: Uint8Array | undefined): boolean {
  if (check.version === null || version === undefined) return check.version === null && version === undefined;
  return equalBytes(check.version, version);
}

/** Indexes of the `setIfNewer` mutations that lose to what is there. */
async function findStale(
  entries: IDBObjectStore,
  mutations: readonly KvDriverMutation[],
  now: number,
): Promise<number[]> {
  const losses = mutations.map(async (mutation) => {
    if (mutation.kind !== "setIfNewer") return false;
    const order = (await find(entries, mutation.key, now))?.order;
    return order !== undefined && compareBytes(order, mutation.order) > 0;
  });
  return (await Promise.all(losses)).flatMap((lost, index) => (lost ? [index] : []));
}

type Counters = Map<string, { readonly key: Uint8Array; last: number }>;

/** The last sequences of the logs that the commit appends to. The transaction is the lock on them. */
async function readCounters(
  entries: IDBObjectStore,
  mutations: readonly KvDriverMutation[],
): Promise<Counters> {
  const counters: Counters = new Map();
  for (const mutation of mutations) {
    if (mutation.kind === "append")
      counters.set(nameOf(mutation.log), { key: counterKey(mutation.log), last: 0 });
  }
  await Promise.all(
    [...counters.values()].map(async (counter) => {
      const record = await resultOf<EntryRecord | undefined>(entries.get(copyOf(counter.key)));
      if (record !== undefined) counter.last = decodeKey(record.value)?.[0] as number;
    }),
  );
  return counters;
}

function append(
  entries: IDBObjectStore,
  { log, value, expiresAt }: Extract<KvDriverMutation, { kind: "append" }>,
  counters: Counters,
  version: Uint8Array,
): number {
  const counter = counters.get(nameOf(log))!;
  counter.last++;
  entries.put(
    recordOf({ value, version, expiresAt }),
    copyOf(concatBytes([log, encodeSequence(counter.last)])),
  );
  return counter.last;
}

function write(
  entries: IDBObjectStore,
  mutation: Exclude<KvDriverMutation, { kind: "append" }>,
  version: Uint8Array,
): void {
  if (mutation.kind === "delete") entries.delete(copyOf(mutation.key));
  else if (mutation.kind === "import") entries.put(recordOf(mutation.entry), copyOf(mutation.entry.key));
  else {
    const order = mutation.kind === "setIfNewer" ? mutation.order : undefined;
    entries.put(
      recordOf({ value: mutation.value, version, expiresAt: mutation.expiresAt, order }),
      copyOf(mutation.key),
    );
  }
}

async function removeExpired(entries: IDBObjectStore, before: number): Promise<void> {
  const expired = entries.index(expiryIndex).getAllKeys(IDBKeyRange.upperBound(before), sweepEntries);
  for (const key of await resultOf(expired)) entries.delete(key);
}

async function find(entries: IDBObjectStore, key: Uint8Array, now: number): Promise<EntryRecord | undefined> {
  const record = await resultOf<EntryRecord | undefined>(entries.get(copyOf(key)));
  return record !== undefined && isAlive(record, now) ? record : undefined;
}

function isAlive({ expiresAt }: EntryRecord, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}

function recordOf(entry: Pick<StoredEntry, "value" | "version" | "expiresAt" | "order">): EntryRecord {
  const { value, version, expiresAt, order } = entry;
  // Copies: a view would take the whole buffer behind it along.
  return {
    value: copyOf(value),
    version: copyOf(version),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(order !== undefined && { order: copyOf(order) }),
  };
}

function entryOf(key: Uint8Array, { value, version, expiresAt, order }: EntryRecord): StoredEntry {
  return { key, value, version, expiresAt, order };
}

function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}

/** Binary keys come back as ArrayBuffer. */
function bytesOf(key: IDBValidKey): Uint8Array {
  return new Uint8Array(key as ArrayBuffer);
}

function nameOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
