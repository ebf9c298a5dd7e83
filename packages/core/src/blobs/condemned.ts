import type { CallOptions } from "../cancellation/abort.js";
import type { Digest } from "../identity/digest.js";
import type { Key } from "../kv/key.js";
import type { KvEntry, KvStore, Version } from "../kv/kv-store.js";
import { awaitedSleep, type Clock } from "../time/clock.js";

/**
 * What the collector and the writers of a blob say to each other, under `["ref", "condemned", digest]`:
 * `"condemned"` while a collector may delete the blob, `"collected"` for an hour after it has. The protocol and why it is
 * safe: docs/decisions/0003-collecting-blobs.md.
 */
export type Condemnation = "condemned" | "collected";

/** How long a condemnation holds without a change, on the monotonic clock of whoever waits for it: microseconds. */
export const condemnationLease = 60_000_000;

/** How long after condemning a collector may still begin to delete, on its own monotonic clock: microseconds. */
export const condemnationUse = 20_000_000;

/** How long the traces of a collection stay, for writers between their touch and their look, and after a crash. */
export const condemnationTrace = "1h";

const pollInterval = 20_000;

/** Where the condemnation of a blob lies. */
export function condemnedKey(digest: Digest): Key {
  return ["ref", "condemned", digest];
}

/** What an entry of {@link condemnedKey} says. */
export function condemnationOf(entry: KvEntry | undefined): Condemnation | undefined {
  return entry?.value === "condemned" || entry?.value === "collected" ? entry.value : undefined;
}

/**
 * For whoever has just put or renewed a blob. `false`: it is safe from every collector for its grace. `true`: a collector
 * was at it, and is done now; the blob may be gone, so touch it again (once is enough), and put it again if it is.
 */
export async function outlastCondemnation(
  kv: KvStore,
  digest: Digest,
  options: CallOptions & { readonly clock: Clock },
): Promise<boolean> {
  const { clock, signal } = options;
  const key = condemnedKey(digest);
  let seen: { version: Version; since: number } | undefined;
  for (;;) {
    const entry = await kv.get(key, { signal });
    if (entry === undefined) return seen !== undefined;
    if (condemnationOf(entry) !== "condemned") return true;
    const now = clock.monotonic();
    if (entry.version !== seen?.version) seen = { version: entry.version, since: now };
    if (now - seen.since > condemnationLease) {
      // Its collector is dead. Others may wait as well; whoever comes first frees all.
      await kv.atomic().check(key, entry.version).delete(key).commit({ signal });
      continue;
    }
    await awaitedSleep(clock, pollInterval, signal);
  }
}
