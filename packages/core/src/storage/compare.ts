import type { CallOptions } from "../cancellation/abort.js";
import { compareBytes, toHex } from "../identity/bytes.js";
import type { Digest } from "../identity/digest.js";
import type { StoredEntry } from "../kv/driver.js";
import { decodeKey, type Key } from "../kv/key.js";
import { blobDifferences } from "./copy-blobs.js";
import { assertOrdered, entryPages, equalEntries, sideBySide } from "./entry-pages.js";
import type { Storage } from "./storage.js";

/** Something in which two storages differ. */
export type StorageDifference =
  | {
      readonly kind: "entry";
      /** The key with its namespace; `undefined` for core's own entries, such as the counters of logs. */
      readonly key: Key | undefined;
      /** The bytes of the key, as hexadecimal. */
      readonly encodedKey: string;
      /** Where it is: on one side only, or on both with another value, version, deadline or order. */
      readonly side: "left" | "right" | "both";
    }
  | {
      readonly kind: "blob";
      readonly namespace: string;
      readonly digest: Digest;
      readonly side: "left" | "right";
    };

/**
 * In what two storages differ, all namespaces included: entries in the order of their keys with values, versions, deadlines
 * and orders, then blobs by digest. Nothing, if one is an exact copy of the other. Blobs are not read: their digests say
 * what they hold, and whoever reads one verifies it.
 *
 * @throws {MillwrightError} `UNSUPPORTED` if either store is unordered
 */
export async function* compareStorages(
  left: Storage,
  right: Storage,
  options: CallOptions = {},
): AsyncGenerator<StorageDifference, void, void> {
  assertOrdered(left.drivers.kv, "compared");
  assertOrdered(right.drivers.kv, "compared");
  yield* entryDifferences(left, right, options);
  for await (const { scope, blob, side } of blobDifferences(
    left.drivers.blobs,
    right.drivers.blobs,
    options,
  )) {
    yield { kind: "blob", namespace: scope, digest: blob.digest, side };
  }
}

async function* entryDifferences(
  left: Storage,
  right: Storage,
  { signal }: CallOptions,
): AsyncGenerator<StorageDifference, void, void> {
  const ours = entryPages(left.drivers.kv, { signal, now: () => left.clock.now() });
  const theirs = entryPages(right.drivers.kv, { signal, now: () => right.clock.now() });
  let [a, b]: (readonly StoredEntry[])[] = [[], []];
  let [aDone, bDone] = [false, false];
  while (!aDone || !bDone || a!.length > 0 || b!.length > 0) {
    if (a!.length === 0 && !aDone) ({ page: a, done: aDone } = await nextPage(ours));
    if (b!.length === 0 && !bDone) ({ page: b, done: bDone } = await nextPage(theirs));
    const limit = commonEnd(a!, b!, aDone, bDone);
    const [ownPart, otherPart] = [a!.slice(0, countUpTo(a!, limit)), b!.slice(0, countUpTo(b!, limit))];
    [a, b] = [a!.slice(ownPart.length), b!.slice(otherPart.length)];
    for (const pair of sideBySide(ownPart, otherPart)) {
      if (pair.left !== undefined && pair.right !== undefined && equalEntries(pair.left, pair.right))
        continue;
      const { key } = (pair.left ?? pair.right) as StoredEntry;
      const side = pair.left === undefined ? "right" : pair.right === undefined ? "left" : "both";
      yield { kind: "entry", key: decodeKey(key), encodedKey: toHex(key), side };
    }
  }
}

async function nextPage(
  pages: AsyncGenerator<readonly StoredEntry[], void, void>,
): Promise<{ page: readonly StoredEntry[]; done: boolean }> {
  const step = await pages.next();
  return step.done === true ? { page: [], done: true } : { page: step.value, done: false };
}

/** The last key up to which both pages are known; `undefined` if that is all there is. */
function commonEnd(
  a: readonly StoredEntry[],
  b: readonly StoredEntry[],
  aDone: boolean,
  bDone: boolean,
): Uint8Array | undefined {
  const [lastA, lastB] = [
    aDone && a.length === 0 ? undefined : a.at(-1)?.key,
    bDone && b.length === 0 ? undefined : b.at(-1)?.key,
  ];
  if (lastA === undefined || lastB === undefined) return lastA ?? lastB;
  return compareBytes(lastA, lastB) <= 0 ? lastA : lastB;
}

function countUpTo(entries: readonly StoredEntry[], limit: Uint8Array | undefined): number {
  if (limit === undefined) return entries.length;
  const count = entries.findIndex((entry) => compareBytes(entry.key, limit) > 0);
  return count === -1 ? entries.length : count;
}
