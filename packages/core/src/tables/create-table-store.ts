import type { BlobStore } from "../blobs/blob-store.js";
import { coreError } from "../errors/create.js";
import type { Key } from "../kv/key.js";
import type { KvStore } from "../kv/kv-store.js";
import { createLifecycle } from "../lifecycle/lifecycle.js";
import { type Clock, systemClock } from "../time/clock.js";
import { checkTable, type TableContext } from "./context.js";
import type { TableBatch, TableScanOptions, TableStore } from "./table-store.js";

/** What a TableStore is made of. */
export interface TableStoreOptions {
  /** An ordered store. It stays open when the TableStore is closed. */
  readonly kv: KvStore;
  /** The blobs of the same namespace; they stay open too. */
  readonly blobs: BlobStore;
  /** Default: the host's clock. */
  readonly clock?: Clock | undefined;
}

/**
 * The TableStore over any ordered KvStore and any BlobStore. A table is a log: each batch is one entry, which holds small
 * batches itself and refers to a blob for larger ones. Most programs use the `tables` of a `Storage` instead.
 *
 * @throws {MillwrightError} every call: `UNSUPPORTED` if the KvStore is unordered
 *
 * @example
 * ```ts
 * import { composeStorage } from "@millwright/core";
 * import { batchFromColumns } from "@millwright/core/columns";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 *
 * const { tables } = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * await tables.append(["losses"], batchFromColumns({ loss: Float64Array.of(0.7, 0.4) }), { id: "epoch-1" });
 * for await (const { batch } of tables.scan(["losses"], { columns: ["loss"] })) console.log(batch.rows); // 2
 * ```
 */
export function createTableStore({ kv, blobs, clock = systemClock() }: TableStoreOptions): TableStore {
  const context: TableContext = { kv, blobs, clock, lifecycle: createLifecycle("the table store") };
  const { lifecycle } = context;
  const check = (table: Key): void => {
    lifecycle.assertOpen();
    checkTable(table);
    if (!kv.ordered) throw coreError("UNSUPPORTED", "tables need an ordered KvStore; this one is unordered");
  };
  const run = <T>(table: Key, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> =>
    lifecycle.run(signal, async () => {
      check(table);
      return call();
    });
  let loading: Promise<typeof import("./operations.js")> | undefined;
  // Kept, since hosts look an import up again each time.
  const load = (): NonNullable<typeof loading> => (loading ??= import("./operations.js"));
  async function* scan(table: Key, options: TableScanOptions): AsyncGenerator<TableBatch, void, void> {
    for await (const batch of (await load()).scanTable(context, table, options)) yield batch;
  }
  const close = (): Promise<void> => lifecycle.close(async () => {});
  return {
    append: (table, batch, options = {}) =>
      run(table, options.signal, async () => (await load()).appendBatch(context, table, batch, options)),
    scan(table, options = {}) {
      check(table);
      return scan(table, options);
    },
    compact: (table, options = {}) =>
      run(table, options.signal, async () => (await load()).compactTable(context, table, options)),
    drop: (table, { signal } = {}) =>
      run(table, signal, async () => (await load()).dropTable(context, table, signal)),
    erase: (table, column, values, { signal } = {}) =>
      run(table, signal, async () => (await load()).eraseRows(context, table, column, values, signal)),
    close,
    [Symbol.asyncDispose]: close,
  };
}
