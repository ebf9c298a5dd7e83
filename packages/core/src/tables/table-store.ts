import type { CallOptions } from "../cancellation/abort.js";
import type { ColumnBatch } from "../columns/column.js";
import type { Key } from "../kv/key.js";

/** How to append. */
export interface TableAppendOptions extends CallOptions {
  /** Names this batch: appending again with the same id does nothing. Default: a new identifier. */
  readonly id?: string | undefined;
}

/** Restricts a scan by one column; batches whose values all lie outside are not read. Bounds are inclusive. */
export interface TableRange {
  readonly column: string;
  readonly from?: number | bigint | string | undefined;
  readonly to?: number | bigint | string | undefined;
}

/** What to scan. */
export interface TableScanOptions extends CallOptions {
  /** Names of the columns that are wanted. Default: all. A batch without one of them gives the others. */
  readonly columns?: readonly string[] | undefined;
  /** Only rows inside; rows that are null there are outside. */
  readonly range?: TableRange | undefined;
  /** Only batches behind this position, as a {@link TableBatch} gave it. */
  readonly after?: number | undefined;
}

/** A batch with its place. */
export interface TableBatch {
  /** Grows along the table; pass it as `after` to go on behind this batch, also if the table is compacted in between. */
  readonly position: number;
  readonly batch: ColumnBatch;
}

/** How to compact. */
export interface TableCompactOptions extends CallOptions {
  /** Rows that a batch should have at most. Default: 65,536. */
  readonly targetRows?: number | undefined;
}

/**
 * Append-only tables of column batches: metric history, offline features, prediction logs, profiles. A table needs no
 * declaration; its batches may differ in columns. `table` is a key under which nothing else is stored.
 *
 * A batch is visible whole or not at all, in one order for all readers, and whoever has seen a batch never later sees one
 * appear before it. Small batches lie in the KvStore, large ones in a blob.
 */
export interface TableStore extends AsyncDisposable {
  /** Adds a batch and gives its position. An empty batch adds nothing and gives 0. */
  append(table: Key, batch: ColumnBatch, options?: TableAppendOptions): Promise<number>;
  /** The batches that were there when the scan began, in their order; those appended meanwhile may be included. */
  scan(table: Key, options?: TableScanOptions): AsyncIterable<TableBatch>;
  /** Merges small neighbours into larger batches, beside readers and writers. Gives the number of batches that are gone. */
  compact(table: Key, options?: TableCompactOptions): Promise<number>;
  /** Removes all batches that are there now, at once for every reader that starts later. */
  drop(table: Key, options?: CallOptions): Promise<void>;
  /** Rewrites the batches that have rows with one of the values in a column, without those rows. Gives the number of rows that are gone. */
  erase(
    table: Key,
    column: string,
    values: readonly (string | number | bigint)[],
    options?: CallOptions,
  ): Promise<number>;
  close(): Promise<void>;
}
