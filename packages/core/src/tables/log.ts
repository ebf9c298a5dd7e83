import type { ColumnBatch } from "../columns/column.js";
import type { DecodeBatchOptions } from "../columns/decode.js";
import { decodeBatch } from "../columns/decode.js";
import { coreError } from "../errors/create.js";
import type { Key } from "../kv/key.js";
import type { KvListOptions, Version } from "../kv/kv-store.js";
import { entryKey, type TableContext } from "./context.js";
import { decodeEntry, partsOf, type TableEntry } from "./entry.js";
import type { TablePart } from "./parts.js";

/** An entry where it lies in the log. */
export interface LocatedEntry {
  readonly position: number;
  readonly version: Version;
  readonly entry: TableEntry;
  readonly parts: readonly TablePart[];
}

/** Positions of the log: behind `after`, and up to `through`. */
export interface LogRange extends Pick<KvListOptions, "signal" | "reverse" | "limit"> {
  readonly after?: number | undefined;
  readonly through?: number | undefined;
}

// An entry has up to 64 KiB.
const pageSize = 32;

/** The entries of a table in order, page by page. */
export async function* readLog(
  context: TableContext,
  table: Key,
  range: LogRange,
): AsyncGenerator<LocatedEntry, void, undefined> {
  const { after = 0, through = Number.MAX_SAFE_INTEGER - 1, signal, reverse, limit } = range;
  const selector = { start: entryKey(table, after + 1), end: entryKey(table, through + 1) };
  for await (const { key, value, version } of context.kv.list(selector, {
    signal,
    reverse,
    limit,
    pageSize,
  })) {
    const position = key.at(-1) as number;
    const entry = decodeEntry(value, nameOf(table, position));
    yield { position, version, entry, parts: partsOf(entry, position) };
  }
}

/** The last position of a table; 0 if it has no entries. */
export async function lastPosition(
  context: TableContext,
  table: Key,
  signal: AbortSignal | undefined,
): Promise<number> {
  for await (const { position } of readLog(context, table, { reverse: true, limit: 1, signal }))
    return position;
  return 0;
}

/** The batch of an entry; `undefined` if the entry has been rewritten or deleted since, and its blob is gone. */
export async function loadBatch(
  context: TableContext,
  table: Key,
  located: LocatedEntry,
  options: DecodeBatchOptions & { readonly signal?: AbortSignal | undefined },
): Promise<ColumnBatch | undefined> {
  const { entry, position, version } = located;
  const { signal, columns } = options;
  let bytes = entry.inline;
  if (entry.blob !== undefined) {
    const content = await context.blobs.get(entry.blob.digest, { signal });
    if (content === undefined) {
      const now = await context.kv.get(entryKey(table, position), { signal });
      if (now?.version !== version) return undefined;
      throw coreError(
        "CORRUPT",
        `${nameOf(table, position)} refers to the blob ${entry.blob.digest}, which is missing`,
      );
    }
    bytes = await content.bytes();
  }
  const batch = decodeBatch(bytes!, { columns });
  if (batch.rows !== entry.rows)
    throw coreError("CORRUPT", `${nameOf(table, position)} has ${batch.rows} rows instead of ${entry.rows}`);
  return batch;
}

function nameOf(table: Key, position: number): string {
  return `position ${position} of the table ${JSON.stringify(table, (_, part) => (typeof part === "bigint" ? `${part}n` : part))}`;
}
