import type { ColumnBatch } from "../columns/column.js";
import { concatBatches } from "../columns/concat.js";
import { sliceBatch } from "../columns/rows.js";
import { invalidArgument } from "../errors/create.js";
import type { Key } from "../kv/key.js";
import { type DropMark, readDropMark, type TableContext } from "./context.js";
import { finishDrop } from "./drop.js";
import { type LocatedEntry, lastPosition, loadBatch, readLog } from "./log.js";
import { encodeParts, rowsUpTo } from "./parts.js";
import { replaceEntries } from "./rewrite.js";
import type { TableCompactOptions } from "./table-store.js";

// A commit has at most 1,000 changes; a merge makes up to three for each entry.
const maximumEntries = 200;
const maximumBytes = 64 * 1024 * 1024;
const maximumPartsBytes = 10_000;
const maximumAttempts = 4;

/** Merges neighbours that have at most half of `targetRows` each. Gives the number of batches that are gone. */
export async function compactTable(
  context: TableContext,
  table: Key,
  options: TableCompactOptions,
): Promise<number> {
  const { targetRows = 65_536, signal } = options;
  if (!Number.isSafeInteger(targetRows) || targetRows < 2) {
    throw invalidArgument("targetRows", `${targetRows} is not a number of at least 2 rows`);
  }
  await finishDrop(context, table, signal);
  const last = await lastPosition(context, table, signal);
  // One merge takes 200 entries, so tiny batches need a second round, and hardly ever a third.
  for (let gone = 0; ; ) {
    const merged = await compactOnce(context, table, { last, targetRows, signal });
    if (merged === 0) return gone;
    gone += merged;
  }
}

interface RoundOptions {
  readonly last: number;
  readonly targetRows: number;
  readonly signal: AbortSignal | undefined;
}

async function compactOnce(context: TableContext, table: Key, options: RoundOptions): Promise<number> {
  const { signal } = options;
  let gone = 0;
  let position = 0;
  let attempt = 1;
  for (;;) {
    const mark = await readDropMark(context, table, signal);
    const run = await nextRun(context, table, Math.max(position, mark.position), options);
    if (run === undefined) return gone;
    const merged = await mergeRun(context, table, run, mark, signal);
    // After some lost races others are at work here; a later compaction finds what is left.
    if (!merged && attempt++ < maximumAttempts) continue;
    if (merged) gone += run.length - 1;
    position = run.at(-1)!.position;
    attempt = 1;
  }
}

/** The next two or more neighbours that fit together; `undefined` at the end. */
async function nextRun(
  context: TableContext,
  table: Key,
  after: number,
  { last, targetRows, signal }: RoundOptions,
): Promise<LocatedEntry[] | undefined> {
  let run: LocatedEntry[] = [];
  let size = { rows: 0, bytes: 0, partsBytes: 0 };
  for await (const located of readLog(context, table, { after, through: last, signal })) {
    const { entry, parts } = located;
    const partsBytes = JSON.stringify(encodeParts(parts)).length;
    const next = {
      rows: size.rows + entry.rows,
      bytes: size.bytes + entry.bytes,
      partsBytes: size.partsBytes + partsBytes,
    };
    const small = entry.rows * 2 <= targetRows;
    const fits =
      next.rows <= targetRows && next.bytes <= maximumBytes && next.partsBytes <= maximumPartsBytes;
    if (
      run.length > 0 &&
      run.length < maximumEntries &&
      small &&
      fits &&
      entry.schema === run[0]!.entry.schema
    ) {
      run.push(located);
      size = next;
      continue;
    }
    if (run.length > 1) return run;
    run = small ? [located] : [];
    size = { rows: entry.rows, bytes: entry.bytes, partsBytes };
  }
  return run.length > 1 ? run : undefined;
}

async function mergeRun(
  context: TableContext,
  table: Key,
  run: readonly LocatedEntry[],
  mark: DropMark,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const batches: ColumnBatch[] = [];
  for (const located of run) {
    const batch = await loadBatch(context, table, located, { signal });
    if (batch === undefined) return false;
    batches.push(sliceBatch(batch, rowsUpTo(located.parts, mark.position)));
  }
  const parts = run.flatMap((located) => located.parts).filter((part) => part.position > mark.position);
  return replaceEntries(context, table, run, { batch: concatBatches(batches), parts }, mark, signal);
}
