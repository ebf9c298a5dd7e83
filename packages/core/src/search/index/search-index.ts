import type { CallOptions } from "../../cancellation/abort.js";
import { abortable } from "../../cancellation/abort.js";
import { coreError } from "../../errors/create.js";
import type { KvAtomic } from "../../kv/kv-store.js";
import { createLifecycle } from "../../lifecycle/lifecycle.js";
import { Follower } from "./follower.js";
import { checkOptions, type SearchIndexOptions } from "./options.js";
import { answer, compileQuery, type SearchPage, type SearchQuery } from "./query/answer.js";
import { createSharedTask } from "./shared-task.js";
import { touchSearchIndex } from "./touch.js";

/** Filtered, ordered search over documents that many processes change. */
export interface SearchIndex extends AsyncDisposable {
  /**
   * Adds to the commit that changes, adds or removes documents that it does so. Without it the index does not hear of them. All
   * identifiers of a commit belong into one call: it is one entry of one log, in which commits stand in line. A program that does so for
   * long without searching calls {@link boundSearchLog} behind its commits, so that the log does not grow.
   */
  touch(atomic: KvAtomic, ids: string | readonly string[]): KvAtomic;
  /**
   * The documents that match, in order, page by page. Sees every commit that resolved before the call. Paging beside writers neither
   * skips nor repeats a document that does not change: a cursor holds where its page ended.
   *
   * @throws {MillwrightError} `INVALID_ARGUMENT` if the query is not one, `INVALID_CURSOR` if the cursor is of another filter or order,
   *   `CLOSED`; what the store, `load` or `scan` throws passes through, and the next call goes on where this one began
   */
  search(query?: SearchQuery & CallOptions): Promise<SearchPage>;
  /** Takes over what has changed, writes a snapshot if anything is newer than the last one, and cuts off the log behind it. */
  compact(options?: CallOptions): Promise<void>;
  /** Waits for a snapshot that is being written in the background. @throws what the last one failed with, once */
  flush(options?: CallOptions): Promise<void>;
  /** Lets searches end and stops writing in the background. Idempotent. */
  close(): Promise<void>;
}

/**
 * An index in memory over documents in a storage. It opens at the first search: from the snapshot in a blob, if there is one, and the tail
 * of the log behind it; else by `scan`. Before each search it reads what was appended to the log since, and loads those documents: one
 * read of the store if nothing was. Values are held by column, so that a filter and an order look at what they name only.
 *
 * @example
 * ```ts
 * import { composeStorage } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 * import { createSearchIndex } from "@millwright/core/search";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const document = (id: string, value: unknown) => ({ id, entities: { metric: value as Record<string, number> } });
 * const index = createSearchIndex({
 *   storage,
 *   prefix: ["example", 1, "search"],
 *   load: async (ids) => {
 *     const entries = await storage.kv.getMany(ids.map((id) => ["example", 1, "runs", id]));
 *     return entries.map((entry, at) => entry && document(ids[at]!, entry.value));
 *   },
 *   async *scan() {
 *     for await (const { key, value } of storage.kv.list({ prefix: ["example", 1, "runs"] }))
 *       yield document(String(key[3]), value);
 *   },
 * });
 *
 * const atomic = storage.kv.atomic().set(["example", 1, "runs", "r1"], { auc: 0.93 });
 * await index.touch(atomic, "r1").commit();
 * const auc = { entity: "metric", key: "auc" };
 * const { ids } = await index.search({
 *   filter: { kind: "compare", field: auc, operator: ">", value: 0.9 },
 *   order: [{ field: auc, descending: true }],
 * });
 * console.log(ids); // [ "r1" ]
 * await index.close();
 * ```
 */
export function createSearchIndex(options: SearchIndexOptions): SearchIndex {
  const complete = checkOptions(options);
  const { changesPerSnapshot } = complete;
  const follower = new Follower(complete);
  const lifecycle = createLifecycle(`the search index ${JSON.stringify(options.prefix.map(String))}`);
  const closing = new AbortController();
  const following = createSharedTask((signal) => follower.follow(signal));
  let writing: Promise<void> | undefined;
  let failure: { readonly error: unknown; readonly changes: number } | undefined;

  /** Writes a snapshot beside searches. What fails surfaces at `flush`, and is tried again when more has changed. */
  function writeBehind(): void {
    if (writing !== undefined || lifecycle.closed || !follower.isSnapshotDue) return;
    if (failure !== undefined && follower.changes < failure.changes + changesPerSnapshot) return;
    writing = follower
      .snapshot(false, closing.signal)
      .then(
        () => {
          failure = undefined;
        },
        (error: unknown) => {
          if (!closing.signal.aborted) failure = { error, changes: follower.changes };
        },
      )
      .finally(() => {
        writing = undefined;
      });
  }

  const call = <Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> =>
    abortable(lifecycle.run(signal, work), signal);

  return {
    touch: (atomic, ids) => touchSearchIndex(atomic, options.prefix, typeof ids === "string" ? [ids] : ids),
    search({ signal, ...query } = {}) {
      return call(signal, async () => {
        const compiled = compileQuery(query);
        const page = answer(await following.run(signal), compiled);
        writeBehind();
        return page;
      });
    },
    compact({ signal } = {}) {
      return call(signal, async () => {
        await following.run(signal);
        await writing;
        await follower.snapshot(true, signal);
        failure = undefined;
      });
    },
    flush({ signal } = {}) {
      return call(signal, async () => {
        await writing;
        if (failure === undefined) return;
        const { error } = failure;
        failure = undefined;
        throw error;
      });
    },
    close() {
      return lifecycle.close(async () => {
        const reason = coreError("CLOSED", "the search index was closed");
        closing.abort(reason);
        await following.close(reason);
        await writing;
      });
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}
