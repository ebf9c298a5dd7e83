import { filterRows, sliceBatch } from "../columns/rows.js";
import { invalidArgument } from "../errors/create.js";
import type { Key } from "../kv/key.js";
import type { Comparable } from "./check-scan.js";
import { readDropMark, type TableContext } from "./context.js";
import { type LocatedEntry, lastPosition, loadBatch, readLog } from "./log.js";
import { createMatcher, type Matcher } from "./matcher.js";
import { partsAfter, rowsUpTo } from "./parts.js";
import { mayHold } from "./pruning.js";
import { replaceEntries } from "./rewrite.js";

/** Rewrites batches without the rows that have one of the values. Gives the number of rows that are gone. */
export async function eraseRows(
  context: TableContext,
  table: Key,
  column: string,
  values: readonly Comparable[],
  signal: AbortSignal | undefined,
): Promise<number> {
  if (typeof column !== "string") throw invalidArgument("column", "the name of a column is needed");
  const matcher = createMatcher(column, values);
  if (values.length === 0) return 0;
  const last = await lastPosition(context, table, signal);
  let position = 0;
  let gone = 0;
  let finished = false;
  while (!finished) {
    finished = true;
    for await (const located of readLog(context, table, { after: position, signal })) {
      if (located.parts[0]!.position > last) break;
      const rows = await eraseEntry(context, table, located, matcher, signal);
      if (rows === undefined) {
        // Somebody rewrote it; what became of it lies behind the entries that are done.
        finished = false;
        break;
      }
      gone += rows;
      position = located.position;
    }
  }
  return gone;
}

/** The number of rows that went from one entry; `undefined` if it changed meanwhile. */
async function eraseEntry(
  context: TableContext,
  table: Key,
  located: LocatedEntry,
  matcher: Matcher,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const { entry } = located;
  const { column, values } = matcher;
  if (!values.some((value) => Number.isNaN(value) || mayHold(entry.statistics, column, value, value)))
    return 0;
  const mark = await readDropMark(context, table, signal);
  const hidden = rowsUpTo(located.parts, mark.position);
  const loaded = await loadBatch(context, table, located, { signal });
  if (loaded === undefined) return undefined;
  const batch = sliceBatch(loaded, hidden);
  const kept = matcher.others(batch);
  const rows = kept.reduce((count, flag) => count + 1 - flag, 0);
  if (rows === 0) return 0;
  const parts = partsAfter(
    located.parts.filter((part) => part.position > mark.position),
    kept,
  );
  const replacement = { batch: filterRows(batch, kept), parts, keepBlobs: false };
  return (await replaceEntries(context, table, [located], replacement, mark, signal)) ? rows : undefined;
}
