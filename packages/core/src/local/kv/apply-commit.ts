import { coreError } from "../../errors/create.js";
import { compareBytes, concatBytes } from "../../identity/bytes.js";
import type {
  KvDriverCheck,
  KvDriverCommit,
  KvDriverCommitResult,
  KvDriverMutation,
  StoredEntry,
} from "../../kv/driver.js";
import { decodeKey, encodeSequence } from "../../kv/key.js";
import { hasVersion, isAlive, packEntry, unpackEntry } from "../../kv/packed-entry.js";
import { counterKey } from "../../kv/reserved.js";
import type { LocalDatabases } from "./databases.js";
import { rememberExpiry, removeExpired } from "./expiry-index.js";

/** Applies a commit inside of a write transaction, or finds out which checks fail. What it throws must undo the transaction. */
export function applyCommit(databases: LocalDatabases, commit: KvDriverCommit): KvDriverCommitResult {
  const failed = commit.checks.flatMap((check, index) =>
    holds(databases, check, commit.now) ? [] : [index],
  );
  if (failed.length > 0) return { ok: false, failed };
  const sequences: number[] = [];
  const stale: number[] = [];
  for (const [index, mutation] of commit.mutations.entries()) {
    if (mutation.kind === "append") sequences.push(append(databases, mutation, commit));
    else if (!change(databases, mutation, commit)) stale.push(index);
  }
  removeExpired(databases, commit.now, commit.mutations.length);
  return { ok: true, sequences, stale };
}

function holds({ entries }: LocalDatabases, check: KvDriverCheck, now: number): boolean {
  const packed = entries.getBinaryFast(check.key);
  const alive = isAlive(packed, now);
  return check.version === null ? !alive : alive && hasVersion(packed, check.version);
}

/** `false` if something newer is there. */
function change(
  databases: LocalDatabases,
  mutation: Exclude<KvDriverMutation, { kind: "append" }>,
  commit: KvDriverCommit,
): boolean {
  switch (mutation.kind) {
    case "delete":
      databases.entries.remove(mutation.key);
      return true;
    case "import":
      write(databases, mutation.entry);
      return true;
    case "set": {
      const { key, value, expiresAt } = mutation;
      write(databases, { key, value, version: commit.id, expiresAt });
      return true;
    }
    default: {
      const packed = databases.entries.getBinaryFast(mutation.key);
      const order = isAlive(packed, commit.now) ? unpackEntry(mutation.key, packed).order : undefined;
      if (order !== undefined && compareBytes(order, mutation.order) > 0) return false;
      write(databases, { ...mutation, version: commit.id });
      return true;
    }
  }
}

function append(
  databases: LocalDatabases,
  mutation: Extract<KvDriverMutation, { kind: "append" }>,
  commit: KvDriverCommit,
): number {
  const counter = counterKey(mutation.log);
  const last = databases.entries.getBinary(counter);
  const sequence = (last === undefined ? 0 : sequenceOf(unpackEntry(counter, last))) + 1;
  const encoded = encodeSequence(sequence);
  write(databases, { key: counter, value: encoded, version: commit.id });
  const { value, expiresAt } = mutation;
  write(databases, { key: concatBytes([mutation.log, encoded]), value, version: commit.id, expiresAt });
  return sequence;
}

function sequenceOf(counter: StoredEntry): number {
  const sequence = decodeKey(counter.value)?.[0];
  if (typeof sequence === "number" && Number.isSafeInteger(sequence)) return sequence;
  throw coreError(
    "CORRUPT",
    "the counter of a log in the local store does not decode. Restore the directory from a backup",
  );
}

function write(databases: LocalDatabases, { key, value, version, expiresAt, order }: StoredEntry): void {
  databases.entries.put(key, packEntry(value, version, expiresAt, order));
  if (expiresAt !== undefined) rememberExpiry(databases, key, expiresAt);
}
