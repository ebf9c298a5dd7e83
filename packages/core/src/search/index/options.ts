import type { CallOptions } from "../../cancellation/abort.js";
import { coreError, invalidArgument } from "../../errors/create.js";
import type { Key } from "../../kv/key.js";
import type { Storage } from "../../storage/storage.js";
import type { SearchDocument } from "../document.js";
import { longestLog } from "./bound-log.js";

/** What an index is over. */
export interface SearchIndexOptions {
  readonly storage: Pick<Storage, "kv" | "blobs">;
  /** Where its log and the record of its snapshot lie, such as `["tracking", 1, "search"]`. Nothing else may lie there. */
  readonly prefix: Key;
  /**
   * The current documents of at most 1,000 identifiers, in their order; `undefined` for what is gone. It must see every commit that was
   * touched and has resolved. Calls may overlap.
   */
  readonly load: (
    ids: readonly string[],
    call: CallOptions,
  ) => Promise<readonly (SearchDocument | undefined)[]>;
  /** All documents, to build the index anew. It must see every commit that has resolved when it begins. */
  readonly scan: (call: CallOptions) => AsyncIterable<SearchDocument>;
  /** Hears of a rebuild, after every thousand documents and at its end. */
  readonly onProgress?: ((progress: SearchIndexProgress) => void) | undefined;
  /**
   * Changes after which a snapshot is written, if they are a tenth of the documents too. As many stay in the log behind a snapshot.
   * At most 32,768. Default: 2,000.
   */
  readonly changesPerSnapshot?: number | undefined;
  /**
   * Raise it when `load` and `scan` give other documents of the same data, with one more field say: the snapshots of before lack it. One of
   * a higher revision, of a newer release elsewhere, is left alone. Default: 1.
   */
  readonly revision?: number | undefined;
}

/** Changes between two snapshots, however many documents there are: writers cut the log at twice as many entries. */
export const mostBetween = longestLog / 2;

/** The options of an index, with what was left out. */
export interface CheckedOptions extends SearchIndexOptions {
  readonly changesPerSnapshot: number;
  readonly revision: number;
}

/** How far the index is built anew. */
export interface SearchIndexProgress {
  /** Documents that were read. */
  readonly documents: number;
  readonly done: boolean;
}

/** Checks what an index is made with. @throws {MillwrightError} `INVALID_ARGUMENT`, `UNSUPPORTED` */
export function checkOptions(options: SearchIndexOptions): CheckedOptions {
  const { storage, prefix, load, scan, changesPerSnapshot = 2_000, revision = 1 } = options;
  if (typeof storage?.kv?.atomic !== "function" || typeof storage.blobs?.put !== "function")
    throw invalidArgument("storage", "give a storage with kv and blobs");
  if (!storage.kv.ordered)
    throw coreError("UNSUPPORTED", "a search index needs a KvStore that is ordered, for its log");
  if (!Array.isArray(prefix) || prefix.length === 0)
    throw invalidArgument("prefix", "give where the index lies, such as [package, layout, subject]");
  if (typeof load !== "function") throw invalidArgument("load", "give a function that loads documents");
  if (typeof scan !== "function") throw invalidArgument("scan", "give a function that lists all documents");
  if (!Number.isInteger(changesPerSnapshot) || changesPerSnapshot < 1 || changesPerSnapshot > mostBetween)
    throw invalidArgument("changesPerSnapshot", `give a whole number from 1 to ${mostBetween}`);
  if (!Number.isInteger(revision) || revision < 1)
    throw invalidArgument("revision", "give a whole number of at least 1");
  return { ...options, changesPerSnapshot, revision };
}
