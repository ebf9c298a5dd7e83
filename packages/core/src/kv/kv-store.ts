import type { CallOptions } from "../cancellation/abort.js";
import type { StructuredValue } from "../encoding/structured-value.js";
import type { DurationInput, TimeInput } from "../time/times.js";
import type { Key } from "./key.js";

/** The identity of the commit that wrote an entry: 32 hexadecimal digits. It never repeats, even after a delete. */
export type Version = string & { readonly "millwright.version"?: never };

/** What a store holds under a key: structured data, or bytes as they are. */
export type KvValue = StructuredValue;

/** A key with its value. */
export interface KvEntry {
  readonly key: Key;
  readonly value: KvValue;
  readonly version: Version;
  /** Microseconds since the epoch at which the entry ends, if it does. */
  readonly expiresAt?: number | undefined;
}

/** Which keys to list: those that continue a prefix, optionally between two of them, or those of a range. */
export type KvSelector =
  | { readonly prefix: Key; readonly start?: Key | undefined; readonly end?: Key | undefined }
  | { readonly start: Key; readonly end: Key };

/** How to list. */
export interface KvListOptions extends CallOptions {
  /** From the last key to the first. Default: false. */
  readonly reverse?: boolean | undefined;
  /** Stops after so many entries. Default: all. */
  readonly limit?: number | undefined;
  /** Goes on behind the entry at which another listing of the same selector stood. It survives a restart. */
  readonly cursor?: string | undefined;
  /** Entries fetched at once, 1 to 1,000. Default: 256. */
  readonly pageSize?: number | undefined;
}

/**
 * Entries in the order of their keys. Each page is one snapshot and nothing is held between pages: an entry that is
 * written behind the position is seen, one before it is not, none is seen twice.
 */
export interface KvListing extends AsyncIterableIterator<KvEntry> {
  /** Where the listing stands: pass it to `list` to go on behind the last entry that was given out. `""` at the start. */
  readonly cursor: string;
  [Symbol.asyncIterator](): KvListing;
}

/** When an entry ends: after a while, or at a point in time. */
export interface Expiry {
  readonly expireIn?: DurationInput | undefined;
  readonly expiresAt?: TimeInput | undefined;
}

/** How to commit. */
export interface KvCommitOptions extends CallOptions {
  /**
   * A string that names this commit for a day: another commit with it does nothing and gives the outcome of the first,
   * whatever happened to replies. Costs one more key. Without it, a lost reply is settled by reading a written key
   * again, or ends in `OUTCOME_UNKNOWN`.
   */
  readonly idempotencyToken?: string | undefined;
}

/** The commit was applied. */
export interface KvCommitted {
  readonly ok: true;
  readonly version: Version;
  /** Sequences of the `append` calls, in their order. */
  readonly sequences: readonly number[];
  /** Keys of `setIfNewer` calls that lost to a newer entry. */
  readonly stale: readonly Key[];
}

/** The commit was not applied, because these keys had changed. An expected outcome: read again and decide anew. */
export interface KvConflict {
  readonly ok: false;
  readonly failed: readonly Key[];
}

/** What became of a commit. */
export type KvCommitResult = KvCommitted | KvConflict;

/**
 * Collects checks and changes, then applies all or none. Commits are serialisable. One commit has at most 1,000 checks,
 * 1,000 changes and 800 KiB, and changes a key at most once.
 */
export interface KvAtomic {
  /** The key must have this version, or must not exist (`null`). */
  check(key: Key, version: Version | null): this;
  set(key: Key, value: KvValue, expiry?: Expiry): this;
  delete(key: Key): this;
  /**
   * Adds an entry `[...log, sequence]`, with the next whole number from 1. Whoever has read sequence n never later sees a
   * smaller one appear, so a log can be tailed: list from the last sequence seen.
   * Leave the keys of sequences that are still to come to it: what sets one of them in the same commit is undefined.
   */
  append(log: Key, value: KvValue, expiry?: Expiry): this;
  /**
   * Sets the key unless it holds something newer. `order` is compared like a key; an equal order is written again. The store
   * decides, without a read before.
   */
  setIfNewer(key: Key, value: KvValue, order: Key, expiry?: Expiry): this;
  /**
   * @throws {MillwrightError} `LIMIT_EXCEEDED` before anything is sent; `OUTCOME_UNKNOWN` if the reply was lost and no
   *   written key settles it; `UNAVAILABLE` if nothing was applied
   */
  commit(options?: KvCommitOptions): Promise<KvCommitResult>;
}

/** How to watch. */
export interface KvWatchOptions extends CallOptions {
  /** Longest time to a look, also where the driver gives hints. Default: `"250ms"`. */
  readonly pollInterval?: DurationInput | undefined;
}

/**
 * Ordered keys and small values, with check-and-commit. Every method rejects with `CLOSED` after `close()`, and with
 * `signal.reason` on abort; an aborted commit may still be applied.
 *
 * @example
 * ```ts
 * import { createKvStore } from "@millwright/core";
 * import { memoryKv } from "@millwright/core/memory";
 *
 * const kv = createKvStore(memoryKv());
 * const entry = await kv.get(["counter"]);
 * const result = await kv
 *   .atomic()
 *   .check(["counter"], entry?.version ?? null)
 *   .set(["counter"], Number(entry?.value ?? 0) + 1)
 *   .commit();
 * if (!result.ok) console.log("somebody else was faster; read again");
 * ```
 */
export interface KvStore extends AsyncDisposable {
  /** Whether `list`, `append` and commits over several keys are there. */
  readonly ordered: boolean;
  /** The entry of a key; `undefined` if there is none or it has expired. */
  get(key: Key, options?: CallOptions): Promise<KvEntry | undefined>;
  /** The entries of at most 1,000 keys, in their order, from one snapshot. */
  getMany(keys: readonly Key[], options?: CallOptions): Promise<(KvEntry | undefined)[]>;
  /** @throws {MillwrightError} `UNSUPPORTED` on an unordered store; `INVALID_CURSOR` */
  list(selector: KvSelector, options?: KvListOptions): KvListing;
  /**
   * The entries of some keys now, and again whenever one has changed. Changes in quick succession come as one. Ends when the
   * signal aborts (by rejecting with its reason) or when the loop is left.
   */
  watch(keys: readonly Key[], options?: KvWatchOptions): AsyncIterable<(KvEntry | undefined)[]>;
  atomic(): KvAtomic;
  /** Lets calls in flight end, then releases the driver if this store owns it. Idempotent. */
  close(): Promise<void>;
}
