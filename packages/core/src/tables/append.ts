import { checkBatch } from "../columns/check.js";
import type { ColumnBatch } from "../columns/column.js";
import { coreError, invalidArgument } from "../errors/create.js";
import type { Key } from "../kv/key.js";
import type { KvEntry } from "../kv/kv-store.js";
import { idKey, pauseAfterConflict, readDropMark, type TableContext } from "./context.js";
import { readLog } from "./log.js";
import type { TableAppendOptions } from "./table-store.js";
import { type PreparedEntry, prepareEntry } from "./write-batch.js";

const maximumAttempts = 32;

/** Makes a batch visible by one commit, and gives its position. */
export async function appendBatch(
  context: TableContext,
  table: Key,
  batch: ColumnBatch,
  options: TableAppendOptions,
): Promise<number> {
  const { id, signal } = options;
  if (id !== undefined && (typeof id !== "string" || id === ""))
    throw invalidArgument("id", "an id is a string that is not empty");
  checkBatch(batch);
  if (batch.rows === 0) return 0;
  if (id !== undefined) return appendOnce(context, table, batch, id, signal);
  const prepared = await prepareEntry(context, table, batch, {}, signal);
  const result = await prepared.refer(context.kv.atomic().append(table, prepared.value)).commit({ signal });
  if (!result.ok) throw coreError("INTERNAL", "a commit without checks was refused");
  return result.sequences[0]!;
}

async function appendOnce(
  context: TableContext,
  table: Key,
  batch: ColumnBatch,
  id: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const key = idKey(table, id);
  let prepared: PreparedEntry | undefined;
  for (let attempt = 1; attempt <= maximumAttempts; attempt++) {
    const known = await context.kv.get(key, { signal });
    const position = known === undefined ? undefined : await positionOf(context, table, known, signal);
    if (position !== undefined) return position;
    prepared ??= await prepareEntry(context, table, batch, { id }, signal);
    const atomic = context.kv
      .atomic()
      .check(key, known?.version ?? null)
      .set(key, null)
      .append(table, prepared.value);
    const result = await prepared.refer(atomic).commit({ signal });
    if (result.ok) return result.sequences[0]!;
    await pauseAfterConflict(context, attempt, signal);
  }
  throw coreError(
    "CONFLICT",
    `other writers used the id ${JSON.stringify(id)} in each of ${maximumAttempts} attempts; try again`,
    {
      retryable: true,
    },
  );
}

/** Where the batch of an id lies; `undefined` if it was dropped, so that the id is free again. */
async function positionOf(
  context: TableContext,
  table: Key,
  known: KvEntry,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const { position: dropped } = await readDropMark(context, table, signal);
  if (typeof known.value === "number") return known.value > dropped ? known.value : undefined;
  // A retry usually follows soon, so the search begins at the end.
  for await (const { position, version } of readLog(context, table, {
    after: dropped,
    reverse: true,
    signal,
  })) {
    if (version === known.version) return position;
  }
  // The entry may have been rewritten meanwhile: the key then says where it is.
  const now = await context.kv.get(known.key, { signal });
  return now === undefined || now.version === known.version
    ? undefined
    : positionOf(context, table, now, signal);
}
