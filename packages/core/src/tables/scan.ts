import type { ColumnBatch } from "../columns/column.js";
import { filterRows, selectColumns, sliceBatch } from "../columns/rows.js";
import type { Key } from "../kv/key.js";
import { checkScan } from "./check-scan.js";
import { readDropMark, type TableContext } from "./context.js";
import { type LocatedEntry, lastPosition, loadBatch, readLog } from "./log.js";
import { rowsUpTo } from "./parts.js";
import { mayHold } from "./pruning.js";
import { maskOfRange } from "./range.js";
import type { TableBatch, TableScanOptions } from "./table-store.js";

/** An entry with its batch; without one if the entry changed under the reader. */
interface LoadedEntry {
  readonly located: LocatedEntry;
  readonly batch: ColumnBatch | undefined;
}

/** Batches that are fetched while the consumer works on one. */
const batchesAhead = 2;

/** The batches of a table. The next ones are fetched while the consumer works on this one. */
export async function* scanTable(
  context: TableContext,
  table: Key,
  options: TableScanOptions,
): AsyncGenerator<TableBatch, void, undefined> {
  checkScan(options);
  const left = new AbortController();
  const signal = options.signal === undefined ? left.signal : AbortSignal.any([options.signal, left.signal]);
  const [mark, last] = await Promise.all([
    readDropMark(context, table, signal),
    lastPosition(context, table, signal),
  ]);
  let position = Math.max(options.after ?? 0, mark.position);
  let ahead: Promise<LoadedEntry | undefined>[] = [];
  try {
    let entries = loadedEntries(context, table, { after: position, last, signal, options });
    for (;;) {
      while (ahead.length <= batchesAhead) {
        const next = entries.next();
        next.catch(() => {}); // It surfaces when it is awaited.
        ahead.push(next);
      }
      const loaded: LoadedEntry | undefined = await ahead.shift();
      signal.throwIfAborted();
      context.lifecycle.assertOpen();
      if (loaded === undefined) return;
      if (loaded.batch === undefined) {
        // Compacted or erased since it was listed: what is there now, from the same position on, has the same rows.
        ahead = [];
        entries = loadedEntries(context, table, { after: position, last, signal, options });
        continue;
      }
      const batch = seenBy(loaded.located, loaded.batch, position, options);
      position = loaded.located.position;
      if (batch.rows > 0) yield { position, batch };
    }
  } finally {
    left.abort(new DOMException("the scan was left", "AbortError"));
  }
}

interface LoadOptions {
  readonly after: number;
  readonly last: number;
  readonly signal: AbortSignal;
  readonly options: TableScanOptions;
}

function loadedEntries(
  context: TableContext,
  table: Key,
  { after, last, signal, options }: LoadOptions,
): { next(): Promise<LoadedEntry | undefined> } {
  const { columns, range } = options;
  const decoded = columns === undefined || range === undefined ? columns : [...columns, range.column];
  const log = readLog(context, table, { after, signal });
  const locate = async (): Promise<LocatedEntry | undefined> => {
    for (;;) {
      const { value: located, done } = await log.next();
      // Writers may be faster than this reader: it ends with what was there when it began.
      if (done === true || located.parts[0]!.position > last) return undefined;
      if (range === undefined || mayHold(located.entry.statistics, range.column, range.from, range.to))
        return located;
    }
  };
  let locating: Promise<LocatedEntry | undefined> = Promise.resolve(undefined);
  return {
    // Entries are found one after the other, so that they keep their order, and loaded at once.
    async next() {
      locating = locating.then(locate);
      const located = await locating;
      if (located === undefined) return undefined;
      return { located, batch: await loadBatch(context, table, located, { columns: decoded, signal }) };
    },
  };
}

/** The rows and columns of a batch that the consumer asked for and has not had. */
function seenBy(
  { parts }: LocatedEntry,
  batch: ColumnBatch,
  position: number,
  options: TableScanOptions,
): ColumnBatch {
  const { columns, range } = options;
  let rest = sliceBatch(batch, rowsUpTo(parts, position));
  if (range !== undefined) {
    const column = Object.hasOwn(rest.columns, range.column) ? rest.columns[range.column] : undefined;
    rest = column === undefined ? sliceBatch(rest, 0, 0) : filterRows(rest, maskOfRange(column, range));
  }
  if (columns === undefined) return rest;
  return selectColumns(
    rest,
    [...new Set(columns)].filter((name) => Object.hasOwn(rest.columns, name)),
  );
}
