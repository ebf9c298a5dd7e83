import { dirname, join } from "node:path";
import type { CallOptions } from "../../cancellation/abort.js";
import type { KvDriver, KvDriverCommit, KvDriverCommitResult, KvRead, StoredEntry } from "../../kv/driver.js";
import { isAlive, unpackEntry } from "../../kv/packed-entry.js";
import type { LocalDirectory } from "../directory/local-directory.js";
import { localError } from "../directory/local-error.js";
import { applyCommit } from "./apply-commit.js";
import { checkDataFile } from "./check-data-file.js";
import type { LocalDatabases } from "./databases.js";
import { groupCommits } from "./group-commit.js";
import type { Lmdb, LmdbEnvironment } from "./lmdb.js";
import { reserveLockFile } from "./lock-file.js";
import { explainShortWrite } from "./short-write.js";
import { hintsOf, watchFile } from "./watch-file.js";

const binary = { keyEncoding: "binary", encoding: "binary", cache: false } as const;

const groupLimit = { items: 128, weight: 4 * 1024 * 1024, weigh: bytesOf };
const readerCheckInterval = 1_000;

/**
 * The KvDriver over LMDB: one memory-mapped file, one writer at a time among all processes and threads, readers that
 * never wait. Commits of one turn of the event loop share a transaction; it ends with the data on the disk, and the thread
 * waits for it. Between calls nothing is held: no snapshot that would make the file grow, no lock.
 */
export async function openKv(directory: LocalDirectory, lmdb: Lmdb, verify = false): Promise<KvDriver> {
  const name = `local ${directory.path}`;
  const file = join(directory.kv, "data.mdb");
  try {
    await reserveLockFile(directory.kv);
    await checkDataFile(file, verify);
    const environment = lmdb.open({
      ...binary,
      path: directory.kv,
      noSubdir: false,
      // Acknowledged means synced: LMDB may not return before.
      overlappingSync: false,
      maxDbs: 4,
    });
    return createDriver(name, file, environment);
  } catch (error) {
    throw localError(name, error);
  }
}

function createDriver(name: string, file: string, environment: LmdbEnvironment): KvDriver {
  const environmentDirectory = dirname(file);
  const databases: LocalDatabases = {
    entries: environment.openDB({ ...binary, name: "entries" }),
    expiry: environment.openDB({ ...binary, name: "expiry" }),
  };
  const changes = watchFile(file);
  let transactions = 0;
  const commitGroup = groupCommits<KvDriverCommit, KvDriverCommitResult>(groupLimit, (commits) => {
    // A process that was killed in the middle of a read leaves its snapshot behind, and the file would grow.
    if (transactions++ % readerCheckInterval === 0) environment.readerCheck();
    const results = environment.transactionSync(() =>
      commits.map((commit) => applyCommit(databases, commit)),
    );
    if (results.some((result) => result.ok)) changes.notify();
    return results;
  });
  return {
    name,
    capabilities: { ordered: true, shared: true, durable: true },
    async read(request) {
      try {
        return request.kind === "keys" ? readKeys(databases, request) : readRange(databases, request);
      } catch (error) {
        throw localError(name, error);
      } finally {
        // A snapshot must not outlive its call: the next one would see what is old by then, and the file would grow.
        environment.resetReadTxn();
      }
    },
    async commit(commit, options) {
      options?.signal?.throwIfAborted();
      try {
        return await commitGroup(commit);
      } catch (error) {
        throw localError(name, await explainShortWrite(error, environmentDirectory));
      }
    },
    watch: (_keys, options?: CallOptions) => hintsOf(changes, options?.signal),
    async close() {
      changes.close();
      await environment.close();
    },
  };
}

function readKeys(
  { entries }: LocalDatabases,
  request: Extract<KvRead, { kind: "keys" }>,
): (StoredEntry | undefined)[] {
  return request.keys.map((key) => {
    const packed = entries.getBinary(key);
    return isAlive(packed, request.now) ? unpackEntry(key, packed) : undefined;
  });
}

function readRange({ entries }: LocalDatabases, request: Extract<KvRead, { kind: "range" }>): StoredEntry[] {
  const { start, end, reverse, limit, now } = request;
  const found: StoredEntry[] = [];
  if (limit <= 0) return found;
  const range = reverse
    ? { start: end, end: start, reverse, exclusiveStart: true, inclusiveEnd: true }
    : { start, end };
  for (const { key, value } of entries.getRange(range)) {
    if (!isAlive(value, now)) continue;
    found.push(unpackEntry(key, value));
    if (found.length === limit) break;
  }
  return found;
}

/** About the bytes that a commit writes. */
function bytesOf(commit: KvDriverCommit): number {
  let bytes = 0;
  for (const mutation of commit.mutations) {
    if (mutation.kind === "import") bytes += mutation.entry.value.length;
    else if (mutation.kind !== "delete") bytes += mutation.value.length;
    bytes += 512;
  }
  return bytes;
}
