import { invalidArgument } from "../../errors/create.js";
import type { Key } from "../../kv/key.js";
import type { KvAtomic } from "../../kv/kv-store.js";

/** The log of the index under a prefix. */
export function searchLog(prefix: Key): Key {
  return [...prefix, "log"];
}

/**
 * Adds to the commit that changes, adds or removes documents of the index under `prefix` that it does so: `touch` of the index, for
 * programs that write and do not search, and so need none. All identifiers of a commit belong into one call.
 */
export function touchSearchIndex(atomic: KvAtomic, prefix: Key, ids: readonly string[]): KvAtomic {
  if (ids.length === 0 || !ids.every((id) => typeof id === "string"))
    throw invalidArgument("ids", "give at least one identifier");
  return atomic.append(searchLog(prefix), ids.length === 1 ? ids[0]! : ids);
}
