import { digestOf, type Storage } from "@millwright/core";
import type { PlacedOperation } from "../operations/operation.js";
import { pointsTable, type RunInfo } from "../runs/run-record.js";
import { type RunEntry, RunStore } from "../runs/run-store.js";
import type { RefusedOperation } from "../sink/sink.js";
import { storageSink } from "../sink/storage-sink.js";
import { operationsOf } from "./run-operations.js";
import type { SyncReport, SyncRunsOptions } from "./sync-runs.js";

/** Brings runs, one after the other. */
export async function bringRuns(options: SyncRunsOptions): Promise<SyncReport> {
  const { from, to, onProgress, signal } = options;
  const source = new RunStore(from);
  const target = new RunStore(to);
  const report = { runs: 0, points: 0, files: 0, refused: [] as RefusedOperation[] };
  const entries = await selected(source, options);
  for (const entry of entries) {
    const part = await syncRun(source, target, entry, signal);
    report.runs++;
    report.points += part.points;
    report.files += part.files;
    report.refused.push(...part.refused);
    onProgress?.({ done: report.runs, total: entries.length });
  }
  return report;
}

async function selected(
  source: RunStore,
  { experiment, runs, signal }: SyncRunsOptions,
): Promise<RunEntry[]> {
  const entries: RunEntry[] = [];
  if (runs === undefined) for await (const entry of source.list({ signal })) entries.push(entry);
  else for (const id of runs) entries.push(await source.get(id, { signal }));
  return entries.filter(
    ({ value }) =>
      value.deletedTime === undefined && (experiment === undefined || value.experiment === experiment),
  );
}

async function syncRun(
  source: RunStore,
  target: RunStore,
  { value: run, version }: RunEntry,
  signal: AbortSignal | undefined,
): Promise<Omit<SyncReport, "runs">> {
  // A version is never given twice: it is the very same record, so both are one storage, or one is a copy of the other's directory.
  if ((await target.find(run.id, { signal }))?.version === version)
    return { points: 0, files: 0, refused: [] };
  const sink = storageSink(target);
  const files = await sendFiles(source.storage, target.storage, run, signal);
  // What a run is, is sent again when its record has another version; its points, by their positions.
  const state = nameOf("state", run.id, version);
  const [create, ...rest] = operationsOf(run);
  const place = (operation: typeof create, index: number): PlacedOperation => ({
    sequence: index + 1,
    operation: operation!,
  });
  const refused = await sink.apply(state, [place(create, 0)], { signal });
  const journal = nameOf("points", run.id);
  const after = await sink.appliedSequence(journal, { signal });
  let points = 0;
  for await (const { position, batch } of source.storage.tables.scan(pointsTable(run.id), {
    after,
    signal,
  })) {
    const operation = { kind: "points", run: run.id, points: batch } as const;
    refused.push(...(await sink.apply(journal, [{ sequence: position, operation }], { signal })));
    points += batch.rows;
  }
  refused.push(
    ...(await sink.apply(
      state,
      rest.map((operation, index) => place(operation, index + 1)),
      { signal },
    )),
  );
  return { points, files, refused };
}

/** Sends the files that the target does not have. */
async function sendFiles(
  from: Storage,
  to: Storage,
  run: RunInfo,
  signal: AbortSignal | undefined,
): Promise<number> {
  let sent = 0;
  for (const { digest, size } of Object.values(run.artifacts)) {
    // Renewed, so that the collector leaves it alone until the run refers to it.
    if (await to.blobs.renew(digest, { signal })) continue;
    const content = await from.blobs.get(digest, { signal });
    if (content === undefined) continue;
    await to.blobs.put(content, { digest, size, signal });
    sent++;
  }
  return sent;
}

/** The name under which the target remembers what it has: 32 digits, as the identity of a journal. */
function nameOf(...parts: readonly string[]): string {
  return digestOf(JSON.stringify(["sync", ...parts])).slice("sha256:".length, "sha256:".length + 32);
}
