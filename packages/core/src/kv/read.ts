import { coreError, invalidArgument } from "../errors/create.js";
import { entryOf, type KvContext, storedKey, storedKeys, withRetries } from "./context.js";
import type { StoredEntry } from "./driver.js";
import type { Key } from "./key.js";
import type { KvEntry } from "./kv-store.js";
import { kvLimits } from "./limits.js";

/** The entry of one key. */
export async function readKey(
  context: KvContext,
  key: Key,
  signal: AbortSignal | undefined,
): Promise<KvEntry | undefined> {
  const [stored] = await readStored(context, [storedKey(context, key)], signal);
  return stored === undefined ? undefined : entryOf(context, stored, key);
}

/** The entries of some keys from one snapshot of the driver. */
export async function readKeys(
  context: KvContext,
  keys: readonly Key[],
  signal: AbortSignal | undefined,
): Promise<(KvEntry | undefined)[]> {
  if (!Array.isArray(keys)) throw invalidArgument("keys", "an array of keys is needed");
  if (keys.length > kvLimits.readKeys) {
    throw coreError(
      "LIMIT_EXCEEDED",
      `getMany reads at most ${kvLimits.readKeys} keys, not ${keys.length}; split the work`,
    );
  }
  if (keys.length === 0) return [];
  const stored = await readStored(context, storedKeys(context, keys), signal);
  return stored.map((entry, index) =>
    entry === undefined ? undefined : entryOf(context, entry, keys[index]),
  );
}

/** The stored entries of encoded keys. */
export function readStored(
  context: KvContext,
  keys: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Promise<readonly (StoredEntry | undefined)[]> {
  const read = (): Promise<readonly (StoredEntry | undefined)[]> =>
    context.driver.read({ kind: "keys", keys, now: context.clock.now() }, { signal });
  return withRetries(context, signal, read);
}
