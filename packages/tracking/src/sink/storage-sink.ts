import {
  addReference,
  type CallOptions,
  dropReference,
  type Key,
  type KvAtomic,
  type RecordEntry,
  type RecordStore,
  type Storage,
  transact,
} from "@millwright/core";
import { concatBatches } from "@millwright/core/columns";
import { trackingError } from "../errors.js";
import { summarise } from "../metrics/summarise.js";
import type { MetricSummary } from "../metrics/summary.js";
import type { PlacedOperation } from "../operations/operation.js";
import { createdRun, ownValue, RunDraft } from "../runs/run-draft.js";
import {
  artifactOwner,
  experimentKey,
  pointsTable,
  type RunInfo,
  root,
  type runRecord,
} from "../runs/run-record.js";
import { type Chunk, chunksOf } from "./chunks.js";
import type { OperationSink, RefusedOperation } from "./sink.js";

type Entry = RecordEntry<RunInfo>;
type Entries = ReadonlyMap<string, Entry>;

/**
 * Applies operations to a storage. A commit that changes runs also says how far the journal has been applied, and checks that
 * nobody else has said so since; what comes before the commit, points and the bytes of files, does no harm if it is repeated.
 */
export function storageSink(storage: Storage, runs: RecordStore<typeof runRecord>): OperationSink {
  const { kv } = storage;

  async function appliedSequence(journal: string, options: CallOptions = {}): Promise<number> {
    return sequenceOf((await kv.get(appliedKey(journal), options))?.value);
  }

  async function apply(
    journal: string,
    operations: readonly PlacedOperation[],
    options: CallOptions = {},
  ): Promise<RefusedOperation[]> {
    const applied = await appliedSequence(journal, options);
    const refused: RefusedOperation[] = [];
    for (const chunk of chunksOf(operations.filter(({ sequence }) => sequence > applied)))
      refused.push(...(await applyChunk(journal, chunk, options.signal)));
    return refused;
  }

  async function applyChunk(
    journal: string,
    chunk: Chunk,
    signal: AbortSignal | undefined,
  ): Promise<RefusedOperation[]> {
    let known: Entries | undefined = await readRuns(chunk, signal);
    const summaries = await storePoints(journal, chunk, known, signal);
    await storeContents(chunk, signal);
    const { value } = await transact(
      kv,
      async (atomic) => {
        const entries = known ?? (await readRuns(chunk, signal));
        known = undefined;
        const mark = await kv.get(appliedKey(journal), { signal });
        // Somebody else, who had the journal before, has applied it meanwhile.
        if (sequenceOf(mark?.value) >= chunk.last) return [];
        atomic.check(appliedKey(journal), mark?.version ?? null).set(appliedKey(journal), chunk.last);
        return writeRuns(atomic, chunk, entries, summaries, signal);
      },
      { signal },
    );
    return value;
  }

  async function readRuns({ runs: ids }: Chunk, signal: AbortSignal | undefined): Promise<Entries> {
    const entries = await runs.getMany(
      [...ids].map((id) => [id]),
      { signal },
    );
    return new Map(entries.flatMap((entry) => (entry === undefined ? [] : [[entry.value.id, entry]])));
  }

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

  async function storeContents({ operations }: Chunk, signal: AbortSignal | undefined): Promise<void> {
    for (const { operation } of operations) {
      if (operation.kind !== "artifact" || operation.content === undefined) continue;
      await storage.blobs.put(operation.content, { digest: operation.digest, size: operation.size, signal });
    }
  }

  async function writeRuns(
    atomic: KvAtomic,
    { operations }: Chunk,
    entries: Entries,
    summaries: ReadonlyMap<string, ReadonlyMap<string, MetricSummary>>,
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
        draft.apply(operation);
      } catch (error) {
        refused.push({ sequence, run, error });
      }
    }
    for (const [id, draft] of drafts) {
      draft.addMetrics(summaries.get(id) ?? new Map());
      const previous = entries.get(id);
      const run = draft.toRun();
      await runs.write(atomic, [id], run, { previous, signal });
      if (previous === undefined) atomic.set(experimentKey(run), null);
      referToArtifacts(atomic, run, previous?.value);
    }
    return refused;
  }

  return { appliedSequence, apply };
}

function referToArtifacts(atomic: KvAtomic, run: RunInfo, previous: RunInfo | undefined): void {
  for (const [path, { digest }] of Object.entries(run.artifacts)) {
    const replaced = previous === undefined ? undefined : ownValue(previous.artifacts, path)?.digest;
    if (replaced === digest) continue;
    if (replaced !== undefined) dropReference(atomic, replaced, artifactOwner(run.id, path));
    addReference(atomic, digest, artifactOwner(run.id, path));
  }
}

function absent(run: string, deleted: boolean): Error {
  return deleted
    ? trackingError("RUN_DELETED", `the run ${run} was deleted; restore it to log more`, { details: { run } })
    : trackingError("RUN_NOT_FOUND", `there is no run ${run}`, { details: { run } });
}

/** How far the operations of a journal have been applied. */
function appliedKey(journal: string): Key {
  return [...root, "applied", journal];
}

function sequenceOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
