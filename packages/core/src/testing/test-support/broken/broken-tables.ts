import { sliceBatch } from "../../../columns/rows.js";
import { memoryBlobs, memoryKv } from "../../../memory/index.js";
import { composeStorage } from "../../../storage/compose.js";
import type { Storage } from "../../../storage/storage.js";
import type { TableBatch, TableStore } from "../../../tables/table-store.js";
import type { Broken } from "./broken.js";

type Opened = Pick<Storage, "tables" | "close">;

function changed(change: (inner: TableStore) => Partial<TableStore>): () => Opened {
  return () => {
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    return { tables: { ...storage.tables, ...change(storage.tables) }, close: () => storage.close() };
  };
}

function scanning(change: (batches: TableBatch[]) => TableBatch[]): () => Opened {
  return changed((inner) => ({
    async *scan(table, options) {
      const batches: TableBatch[] = [];
      for await (const batch of inner.scan(table, options)) batches.push(batch);
      yield* change(batches);
    },
  }));
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Table stores that each break one promise; the suite must fail on every one. */
export const brokenTableStores: readonly Broken<Opened>[] = [
  {
    fault: "gives the latest batch first",
    foundBy: "tables: batches come back in the order",
    open: scanning((batches) => batches.toReversed()),
  },
  {
    fault: "drops the last row of each batch",
    foundBy: "tables: every type of column",
    open: scanning((batches) =>
      batches.map(({ position, batch }) => ({ position, batch: sliceBatch(batch, 0, batch.rows - 1) })),
    ),
  },
  {
    fault: "appends again what has the id of an earlier batch",
    foundBy: "tables: an id appends once",
    open: changed((inner) => ({
      append: (table, batch, options) => inner.append(table, batch, { signal: options?.signal }),
    })),
  },
  {
    fault: "takes ids for those of all tables",
    foundBy: "tables: an id appends once",
    open: changed((inner) => {
      const seen = new Map<string, number>();
      return {
        async append(table, batch, options) {
          const known = options?.id === undefined ? undefined : seen.get(options.id);
          const position = known ?? (await inner.append(table, batch, options));
          if (options?.id !== undefined) seen.set(options.id, position);
          return position;
        },
      };
    }),
  },
  {
    fault: "gives all columns whatever is wanted",
    foundBy: "tables: a scan gives the columns",
    open: changed((inner) => ({
      scan: (table, options) => inner.scan(table, { ...options, columns: undefined }),
    })),
  },
  {
    fault: "takes a range for a hint only",
    foundBy: "tables: a range gives the rows inside",
    open: changed((inner) => ({
      scan: (table, options) => inner.scan(table, { ...options, range: undefined }),
    })),
  },
  {
    fault: "gives the batch at the position after too",
    foundBy: "tables: after goes on behind",
    open: changed((inner) => ({
      scan: (table, options) => inner.scan(table, { ...options, after: options?.after && options.after - 1 }),
    })),
  },
  {
    fault: "shows half of a batch before all of it",
    foundBy: "appending: who has seen a batch",
    open: changed((inner) => ({
      async append(table, batch, options) {
        const half = batch.rows >> 1;
        if (half === 0) {
          const position = await inner.append(table, batch, options);
          await turn();
          return position - 1;
        }
        await inner.append(table, sliceBatch(batch, 0, half), options);
        await turn();
        return inner.append(table, sliceBatch(batch, half, batch.rows), options);
      },
      async *scan(table, options) {
        for await (const { position, batch } of inner.scan(table, options))
          yield { position: Math.max(1, position - 1), batch };
      },
    })),
  },
  {
    fault: "loses a batch that is appended while it compacts",
    foundBy: "compaction: beside writers and readers",
    open: changed((inner) => ({
      async compact(table) {
        const kept: TableBatch[] = [];
        for await (const batch of inner.scan(table)) kept.push(batch);
        await turn();
        await inner.drop(table);
        for (const { batch } of kept) await inner.append(table, batch);
        await turn();
        return 0;
      },
    })),
  },
  {
    fault: "compacts nothing and says that it did",
    foundBy: "compaction: rows and their order stay",
    open: changed(() => ({ compact: async () => 10 })),
  },
  {
    fault: "keeps one batch at a drop",
    foundBy: "dropping: what is there is gone",
    open: changed((inner) => ({
      async drop(table, options) {
        let last: TableBatch | undefined;
        for await (const batch of inner.scan(table)) last = batch;
        await inner.drop(table, options);
        if (last !== undefined) await inner.append(table, last.batch);
      },
    })),
  },
  {
    fault: "erases only the first of the values",
    foundBy: "erasing: the rows with one of the values",
    open: changed((inner) => ({
      erase: (table, column, values) => inner.erase(table, column, values.slice(-1)),
    })),
  },
  {
    fault: "counts erased batches instead of rows",
    foundBy: "erasing: the rows with one of the values",
    open: changed((inner) => ({
      erase: async (table, column, values) => Math.min(1, await inner.erase(table, column, values)),
    })),
  },
  {
    fault: "works on after it was closed",
    foundBy: "tables: arguments are checked",
    open: changed(() => ({ close: async () => {} })),
  },
];
