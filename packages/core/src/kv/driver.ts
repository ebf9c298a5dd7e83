import type { CallOptions } from "../cancellation/abort.js";

/** What a driver promises. The conformance suite chooses its cases by this, so a claim is a promise to pass them. */
export interface KvDriverCapabilities {
  /** Whether ranges can be read, commits may span keys, and logs can be appended to. */
  readonly ordered: boolean;
  /** Whether several processes can have the same data open at once. */
  readonly shared: boolean;
  /** Whether an acknowledged commit survives `kill -9` of client and server. */
  readonly durable: boolean;
}

/** An entry as a driver stores it. All fields come back as they were given. */
export interface StoredEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** The `id` of the commit that wrote the entry: 16 bytes. */
  readonly version: Uint8Array;
  /** Microseconds since the epoch from which on the entry does not exist. */
  readonly expiresAt?: number | undefined;
  /** The order given to `setIfNewer`, if the entry was written by that. */
  readonly order?: Uint8Array | undefined;
}

/** Reads some keys, or a range, from one snapshot. Entries with `expiresAt <= now` do not exist. */
export type KvRead =
  | { readonly kind: "keys"; readonly keys: readonly Uint8Array[]; readonly now: number }
  | {
      readonly kind: "range";
      /** First key of the range, inclusive. */
      readonly start: Uint8Array;
      /** End of the range, exclusive. */
      readonly end: Uint8Array;
      /** Whether to read from the end of the range backwards. */
      readonly reverse: boolean;
      /** At most so many entries; fewer mean that the range is exhausted. */
      readonly limit: number;
      readonly now: number;
    };

/** A condition on one key: the version that it must have, or `null` if it must not exist. */
export interface KvDriverCheck {
  readonly key: Uint8Array;
  readonly version: Uint8Array | null;
}

/** A change of one key. No two changes of a commit name the same key. */
export type KvDriverMutation =
  | {
      readonly kind: "set";
      readonly key: Uint8Array;
      readonly value: Uint8Array;
      readonly expiresAt?: number | undefined;
    }
  | { readonly kind: "delete"; readonly key: Uint8Array }
  /**
   * Sets the key unless it exists with a larger `order` (by bytes). An equal order is written again. An entry
   * that has no order is older than any.
   */
  | {
      readonly kind: "setIfNewer";
      readonly key: Uint8Array;
      readonly value: Uint8Array;
      readonly order: Uint8Array;
      readonly expiresAt?: number | undefined;
    }
  /**
   * Adds `log + encodeSequence(n)`, where n is one more than the last sequence of the log, from 1. The driver keeps
   * the counter as an ordinary entry under {@link counterKey}(log), whose value is {@link encodeSequence}(n), so that
   * it outlives the entries of the log and is copied with them. Who has read sequence n never later sees a smaller
   * one appear: the counter is locked until the commit is visible.
   */
  | {
      readonly kind: "append";
      readonly log: Uint8Array;
      readonly value: Uint8Array;
      readonly expiresAt?: number | undefined;
    }
  /** Writes an entry exactly as it is, its version included. Only copies and restores use it. */
  | { readonly kind: "import"; readonly entry: StoredEntry };

/** One commit: all checks hold and all mutations are applied, or none is. */
export interface KvDriverCommit {
  /** 16 bytes that no other commit has: the version of every entry that this one writes. */
  readonly id: Uint8Array;
  /** The time by which entries have expired or not. */
  readonly now: number;
  readonly checks: readonly KvDriverCheck[];
  readonly mutations: readonly KvDriverMutation[];
}

/** What became of a commit. */
export type KvDriverCommitResult =
  | {
      readonly ok: true;
      /** The sequences given to the `append` mutations, in their order. */
      readonly sequences: readonly number[];
      /** Indexes of the `setIfNewer` mutations that lost to a newer entry. */
      readonly stale: readonly number[];
    }
  | {
      readonly ok: false;
      /** Indexes of all checks that failed. */
      readonly failed: readonly number[];
    };

/**
 * What a storage author writes for a KvStore: bytes in, bytes out. Core has done everything else before it calls:
 * keys and values are encoded, arguments and limits are checked, a closed store is refused.
 *
 * - **Commits are serialisable.** Two commits that check or write a key of each other's do not interleave; write
 *   skew and lost updates are named cases of the suite.
 * - **Acknowledged means durable** where `capabilities.durable` says so: after `commit` resolved, killing any process
 *   loses nothing.
 * - **Read your writes.** A read that starts after a commit resolved sees it, through every driver on the same data.
 * - **Failures.** Throw `UNAVAILABLE` (retryable) when nothing was applied, `OUTCOME_UNKNOWN` when the request was
 *   sent and the reply was lost, `STORAGE_FULL`, `READ_ONLY`, `PERMISSION_DENIED`, `CORRUPT` or `UNSUPPORTED` for what
 *   they say. Never report a failure as an absent entry.
 * - **Unordered stores** (`ordered: false`) get single-key commits without `append` or `import`, and no ranges.
 *
 * Prove it with `kvConformance` of `@millwright/core/testing`.
 */
export interface KvDriver {
  /** For messages: the kind of store and where it is, without secrets, such as `"redis 127.0.0.1:6379/0 mw:"`. */
  readonly name: string;
  readonly capabilities: KvDriverCapabilities;
  /** For `keys`: one element a key, in order, `undefined` where absent. For `range`: the entries in order. */
  read(request: KvRead, options?: CallOptions): Promise<readonly (StoredEntry | undefined)[]>;
  commit(commit: KvDriverCommit, options?: CallOptions): Promise<KvDriverCommitResult>;
  /**
   * Hints that a key may have changed: each element says "look again". Hints may be late or spurious, never missing
   * for a commit made after the first element. Core polls where this is absent.
   */
  watch?(keys: readonly Uint8Array[], options?: CallOptions): AsyncIterable<void>;
  /** Releases what the driver itself opened, never an injected client. Called once, with no call in flight. */
  close(): Promise<void>;
}
