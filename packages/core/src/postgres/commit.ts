import type { KvDriverCommit, KvDriverCommitResult, KvDriverMutation } from "../kv/driver.js";
import { decodeKey, encodeSequence, keyTag } from "../kv/key.js";
import { keyHash } from "../kv/key-hash.js";
import { counterKey } from "../kv/reserved.js";
import { bytesArray, plainArray, serverBytes } from "./bytes.js";

/** More locks than this, and a commit locks the whole store: the lock table of the server is small and shared. */
const mostLocks = 64;

const sequenceBytes = encodeSequence(1).length;

type Of<Kind extends KvDriverMutation["kind"]> = Extract<KvDriverMutation, { kind: Kind }>;

/** The values of a call of the commit function, in the order of its parameters. */
export function encodeCommit(commit: KvDriverCommit, sweep: number): unknown[] {
  const of = <Kind extends KvDriverMutation["kind"]>(kind: Kind): Of<Kind>[] =>
    commit.mutations.filter((mutation): mutation is Of<Kind> => mutation.kind === kind);
  const sets = of("set");
  const imports = of("import").map((mutation) => mutation.entry);
  const newer = of("setIfNewer");
  const appends = of("append");
  const written = [...sets, ...imports];
  const locks = locksOf(commit);
  const whole = locks.length > mostLocks;
  return [
    commit.id,
    String(Math.floor(commit.now)),
    whole,
    whole ? "{}" : plainArray(locks.map(([hash]) => hash)),
    whole ? "{}" : plainArray(locks.map(([, shared]) => shared)),
    bytesArray(commit.checks.map((check) => check.key)),
    bytesArray(commit.checks.map((check) => check.version ?? undefined)),
    bytesArray(written.map((entry) => entry.key)),
    bytesArray(written.map((entry) => entry.value)),
    bytesArray([...sets.map(() => undefined), ...imports.map((entry) => entry.version)]),
    plainArray(written.map((entry) => entry.expiresAt)),
    bytesArray([...sets.map(() => undefined), ...imports.map((entry) => entry.order)]),
    bytesArray(of("delete").map((mutation) => mutation.key)),
    bytesArray(newer.map((mutation) => mutation.key)),
    bytesArray(newer.map((mutation) => mutation.value)),
    bytesArray(newer.map((mutation) => mutation.order)),
    plainArray(newer.map((mutation) => mutation.expiresAt)),
    bytesArray(appends.map((mutation) => mutation.log)),
    bytesArray(appends.map((mutation) => mutation.value)),
    plainArray(appends.map((mutation) => mutation.expiresAt)),
    whole ? null : plainArray(hintsOf(commit)),
    sweep,
  ];
}

/** The result that the commit function wrote. */
export function decodeOutcome(outcome: string, commit: KvDriverCommit): KvDriverCommitResult {
  const [ok, first = "", second = ""] = outcome.split(";");
  const numbers = (text: string): number[] => (text === "" ? [] : text.split(",").map(Number));
  if (ok === "0") return { ok: false, failed: numbers(first) };
  const newer = commit.mutations.flatMap((mutation, index) =>
    mutation.kind === "setIfNewer" ? [index] : [],
  );
  return {
    ok: true,
    sequences: first === "" ? [] : first.split(",").map((hex) => decodeKey(serverBytes(hex))?.[0] as number),
    stale: numbers(second).map((position) => newer[position]!),
  };
}

/** How many entries of a commit have a deadline. */
export function countExpiring(commit: KvDriverCommit): number {
  return commit.mutations.filter((mutation) => {
    if (mutation.kind === "delete") return false;
    return (mutation.kind === "import" ? mutation.entry : mutation).expiresAt !== undefined;
  }).length;
}

/**
 * The hashes that a commit locks, in the order in which all commits lock them, and whether for sharing. A key that ends
 * in a number may be an entry of a log, whose next key only the server knows: it shares the lock of the counter
 * with its like, and excludes appends.
 */
function locksOf(commit: KvDriverCommit): [hash: number, shared: boolean][] {
  const locks = new Map<number, boolean>();
  const lock = (hash: number, shared: boolean): void => {
    const name = hash === 0 ? 1 : hash;
    locks.set(name, shared && locks.get(name) !== false);
  };
  const lockKey = (key: Uint8Array, shared: boolean): void => {
    lock(keyHash(key), shared);
    const end = key.length - sequenceBytes;
    if (end > 0 && key[end] === keyTag.number) lock(keyHash(counterKey(key.subarray(0, end))), true);
  };
  for (const check of commit.checks) lockKey(check.key, true);
  for (const mutation of commit.mutations) {
    if (mutation.kind === "append") lock(keyHash(counterKey(mutation.log)), false);
    else lockKey(changedKey(mutation), false);
  }
  return [...locks].sort(([a], [b]) => a - b);
}

/** The hashes that watchers may hold: of each changed key, of an append that of the log, and 0 for all keys. */
function hintsOf(commit: KvDriverCommit): number[] {
  if (commit.mutations.length === 0) return [];
  return [0, ...commit.mutations.map((mutation) => keyHash(changedKey(mutation)))];
}

function changedKey(mutation: KvDriverMutation): Uint8Array {
  if (mutation.kind === "append") return mutation.log;
  return mutation.kind === "import" ? mutation.entry.key : mutation.key;
}
