import { type CallOptions, type KvAtomic, MillwrightError } from "@millwright/core";
import { concatBatches } from "@millwright/core/columns";
import { deletedRun, trackingError } from "../errors.js";
import { summarise } from "../metrics/summarise.js";
import type { MetricSummary } from "../metrics/summary.js";
import type { PlacedOperation } from "../operations/operation.js";
import { createdRun, RunDraft } from "../runs/run-draft.js";
import { pointsTable } from "../runs/run-record.js";
import type { RunEntry, RunStore } from "../runs/run-store.js";
import { type AppliedMark, appliedKey, markAfter, markOf, markValue } from "./applied-mark.js";
import { type Chunk, chunksOf, halvesOf } from "./chunks.js";
import type { OperationSink, RefusedOperation } from "./sink.js";

type Entries = ReadonlyMap<string, RunEntry>;

/** What was done before the commit of a chunk. */
interface Prepared {
  readonly summaries: ReadonlyMap<string, ReadonlyMap<string, MetricSummary>>;
  /** Operations whose content is not there. */
  readonly missing: ReadonlySet<number>;
}

/** How a sink applies. */
export interface StorageSinkOptions {
  /** Whether content that is referred to must be there: operations that came from outside may say anything. Default: false. */
  readonly requireContent?: boolean | undefined;
}

/**
 * Applies operations to a storage. A commit that changes runs also says how far the journal has been applied, and checks that
 * nobody else has said so since; what comes before the commit, points and the bytes of files, does no harm if it is repeated.
 */
export function storageSink(
  runs: RunStore,
  { requireContent = false }: StorageSinkOptions = {},
): OperationSink {
  const { storage } = runs;
  const { kv } = storage;

  async function appliedSequence(journal: string, options: CallOptions = {}): Promise<number> {
    return (await markFor(journal, options)).sequence;
  }

  async function markFor(journal: string, options: CallOptions): Promise<AppliedMark> {
    return markOf((await kv.get(appliedKey(journal), options))?.value);
  }

  async function apply(
    journal: string,
    operations: readonly PlacedOperation[],
    options: CallOptions = {},
  ): Promise<RefusedOperation[]> {
    const applied = await appliedSequence(journal, options);
    const refused: RefusedOperation[] = [];
    for (const chunk of chunksOf(operations.filter(({ sequence }) => sequence > applied)))
      refused.push(...(await applyWhole(journal, chunk, options.signal)));
    return refused;
  }

  /** Runs with much in their records may be too many for one commit: then each half is tried. */
  async function applyWhole(
    journal: string,
    chunk: Chunk,
    signal: AbortSignal | undefined,
  ): Promise<RefusedOperation[]> {
    try {
      return await applyChunk(journal, chunk, signal);
    } catch (error) {
      if (chunk.runs.size < 2 || !MillwrightError.is(error, "LIMIT_EXCEEDED")) throw error;
    }
    const refused: RefusedOperation[] = [];
    for (const half of halvesOf(chunk)) refused.push(...(await applyWhole(journal, half, signal)));
    return refused;
  }

  async function applyChunk(
    journal: string,
    chunk: Chunk,
    signal: AbortSignal | undefined,
  ): Promise<RefusedOperation[]> {
    await runs.format.assertWritable({ signal });
    let known: Entries | undefined = await readRuns(chunk, signal);
    const summaries = await storePoints(journal, chunk, known, signal);
    const missing = await storeContents(chunk, signal);
    return runs.transact(
      async (atomic) => {
        const entries = known ?? (await readRuns(chunk, signal));
        known = undefined;
        const mark = await kv.get(appliedKey(journal), { signal });
        // Somebody else, who had the journal before, has applied it meanwhile.
        const applied = markOf(mark?.value);
        if (applied.sequence >= chunk.last) return [];
        atomic
          .check(appliedKey(journal), mark?.version ?? null)
          .set(appliedKey(journal), markValue(markAfter(applied, chunk.operations)));
        return writeRuns(atomic, chunk, entries, { summaries, missing }, signal);
      },
      { signal },
    );
  }

  const readRuns = ({ runs: ids }: Chunk, signal: AbortSignal | undefined): Promise<Entries> =>
    runs.getMany([...ids], { signal });

  /** The points go first: a summary never speaks of points that are not there. A history is a set, so they may be there twice. */
  async function storePoints(
    journal: string,
    chunk: Chunk,
    known: Entries,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, MetricSummary>>> {
    const created = new Set(
      chunk.operations.flatMap(({ operation }) => (operation.kind === "create" ? [operation.run] : [])),
    );
    const summaries = new Map<string, ReadonlyMap<string, MetricSummary>>();
    for (const [run, batches] of chunk.points) {
      const entry = known.get(run);
      if ((entry === undefined && !created.has(run)) || entry?.value.deletedTime !== undefined) continue;
      const batch = batches.length === 1 ? batches[0]! : concatBatches(batches);
      const id = `${journal}.${chunk.first}.${chunk.last}`;
      await storage.tables.append(pointsTable(run), batch, { id, signal });
      summaries.set(run, summarise(batch));
    }
    return summaries;
  }

  /** Gives the sequences of those whose content is not there. */
  async function storeContents(
    { operations }: Chunk,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlySet<number>> {
    const missing = new Set<number>();
    for (const { sequence, operation } of operations) {
      if (operation.kind !== "artifact") continue;
      const { content, digest, size } = operation;
      if (content !== undefined) await storage.blobs.put(content, { digest, size, signal });
      // Renewed, so that the collector leaves it alone until the run refers to it.
      else if (requireContent && !(await storage.blobs.renew(digest, { signal }))) missing.add(sequence);
    }
    return missing;
  }

  async function writeRuns(
    atomic: KvAtomic,
    { operations }: Chunk,
    entries: Entries,
    { summaries, missing }: Prepared,
    signal: AbortSignal | undefined,
  ): Promise<RefusedOperation[]> {
    const refused: RefusedOperation[] = [];
    const drafts = new Map<string, RunDraft>();
    for (const [id, { value }] of entries)
      if (value.deletedTime === undefined) drafts.set(id, new RunDraft(value));
    for (const { sequence, operation } of operations) {
      const { run } = operation;
      if (operation.kind === "create" && !entries.has(run) && !drafts.has(run))
        drafts.set(run, new RunDraft(createdRun(operation)));
      try {
        const draft = drafts.get(run);
        if (draft === undefined) throw absent(run, entries.has(run));
        if (missing.has(sequence)) throw withoutContent(run);
        draft.apply(operation);
      } catch (error) {
        refused.push({ sequence, run, error });
      }
    }
    const writes = [...drafts].map(([id, draft]) => {
      draft.addMetrics(summaries.get(id) ?? new Map());
      return { run: draft.toRun(), previous: entries.get(id) };
    });
    await runs.writeAll(atomic, writes, { signal });
    return refused;
  }

  return {
    appliedSequence,
    apply,
    openRuns: async (journal, options = {}) => (await markFor(journal, options)).open,
  };
}

function withoutContent(run: string): Error {
  return trackingError("CONTENT_MISSING", `the bytes of a file of run ${run} are not stored; log it again`, {
    details: { run },
  });
}

function absent(run: string, deleted: boolean): Error {
  return deleted
    ? deletedRun(run)
    : trackingError("RUN_NOT_FOUND", `there is no run ${run}`, { details: { run } });
}
