import type { CallOptions } from "../cancellation/abort.js";
import { type Digest, isDigest, parseDigest } from "../identity/digest.js";
import type { Key } from "../kv/key.js";
import type { Expiry, KvAtomic, KvStore } from "../kv/kv-store.js";
import type { DurationInput } from "../time/times.js";

/** Where the references of a namespace lie: `["ref", digest, ...owner]`. */
export const referencePrefix: Key = ["ref"];

/** How to drop a reference. */
export interface DropReferenceOptions {
  /**
   * How long the blob stays for readers that have seen the owner, in which the reference counts as one. `0` drops it at
   * once. Default: `"24h"`.
   */
  readonly keepFor?: DurationInput | undefined;
}

/** The use of a blob by something. */
export interface Reference {
  readonly digest: Digest;
  /** The key of what uses the blob. */
  readonly owner: Key;
  /** Microseconds since the epoch at which it ends, if it was dropped. */
  readonly expiresAt?: number | undefined;
}

/**
 * Adds, to the commit that begins to use a blob, the key `["ref", digest, ...owner]`. `owner` is the key of the record that
 * uses the blob, or that key and a name, if it uses several. As long as there is a reference, the blob is not collected.
 *
 * Before the commit, `put` or `renew` the blob, and commit within the grace of collection (24 hours); or let the same
 * commit check a record that refers to the blob already. Give `expiry` if the record has one.
 *
 * @example
 * ```ts
 * import { addReference, composeStorage } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const { digest } = await storage.blobs.put("weights");
 * const key = ["models", 1, "credit"];
 * const atomic = storage.kv.atomic().set(key, { artifact: digest });
 * await addReference(atomic, digest, key).commit();
 * ```
 */
export function addReference(atomic: KvAtomic, digest: Digest, owner: Key, expiry?: Expiry): KvAtomic {
  return atomic.set(["ref", parseDigest(digest), ...owner], null, expiry);
}

/**
 * Adds, to the commit that ends a use, the end of its reference. The blob goes with a later `collectGarbage`, once nothing
 * refers to it.
 */
export function dropReference(
  atomic: KvAtomic,
  digest: Digest,
  owner: Key,
  options: DropReferenceOptions = {},
): KvAtomic {
  const key: Key = ["ref", parseDigest(digest), ...owner];
  const keepFor = options.keepFor ?? "24h";
  // The reference itself is kept and expires, so that a drop costs one key and the collector needs to know nothing of it.
  return keepFor === 0 ? atomic.delete(key) : atomic.set(key, null, { expireIn: keepFor });
}

/** The references to a blob, in the order of their owners; those that were dropped but still count are among them. */
export async function* listReferences(
  storage: { readonly kv: KvStore },
  digest: Digest,
  options: CallOptions = {},
): AsyncIterable<Reference> {
  const prefix: Key = ["ref", parseDigest(digest)];
  for await (const entry of storage.kv.list({ prefix }, options)) {
    yield { digest, owner: entry.key.slice(2), expiresAt: entry.expiresAt };
  }
}

/** All digests that are referred to, each once, in order. */
export async function* referencedDigests(
  kv: KvStore,
  signal?: AbortSignal,
): AsyncGenerator<Digest, void, void> {
  let last: unknown;
  // Core's own marks, such as "condemned", sort before the digests.
  for await (const entry of kv.list(
    { prefix: referencePrefix, start: ["ref", "sha256:"] },
    { pageSize: 1_000, signal },
  )) {
    const digest = entry.key[1];
    if (digest === last || typeof digest !== "string" || !isDigest(digest)) continue;
    last = digest;
    yield digest;
  }
}
