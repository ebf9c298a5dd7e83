import { composeStorage } from "../storage/compose.js";
import type { Storage } from "../storage/storage.js";
import type { Clock } from "../time/clock.js";
import { indexedDbBlobs } from "./indexeddb-blobs.js";
import { indexedDbJournals } from "./indexeddb-journals.js";
import { indexedDbKv } from "./indexeddb-kv.js";

/** How to make a storage in a browser. */
export interface IndexedDbStorageOptions {
  readonly clock?: Clock | undefined;
}

/**
 * A storage in the IndexedDB database of a name: the embedded default of browsers. The database is opened at the first call.
 *
 * @example
 * ```ts
 * import { indexedDbStorage } from "@millwright/core/indexeddb";
 *
 * const storage = indexedDbStorage("millwright");
 * await navigator.storage.persist(); // else the browser may evict it when the disk is short
 * ```
 */
export function indexedDbStorage(name: string, options: IndexedDbStorageOptions = {}): Storage {
  const { clock } = options;
  return composeStorage({
    kv: indexedDbKv(name),
    blobs: indexedDbBlobs(name, { clock }),
    journals: indexedDbJournals(name),
    clock,
  });
}
