import type { Storage } from "@millwright/core";
import { PointBuffer } from "../../../packages/tracking/src/metrics/point-buffer.js";
import { summarise } from "../../../packages/tracking/src/metrics/summarise.js";
import { createdRun, RunDraft } from "../../../packages/tracking/src/runs/run-draft.js";
import type { RunInfo } from "../../../packages/tracking/src/runs/run-record.js";
import { RunStore } from "../../../packages/tracking/src/runs/run-store.js";
import { experiment, type GeneratedRun, lastStep } from "./generate-runs.js";

const runsOfCommit = 100;

/**
 * Stores runs as tracking's own sink does, through the same `RunStore`: record, index of the experiment, entry for the search
 * index. Left out are the histories, which no search reads. Logging 100,000 runs would take minutes.
 */
export async function loadRuns(storage: Storage, runs: Iterable<GeneratedRun>): Promise<void> {
  const store = new RunStore(storage);
  let batch: RunInfo[] = [];
  const write = async (): Promise<void> => {
    const atomic = storage.kv.atomic();
    await store.writeAll(
      atomic,
      batch.map((run) => ({ run, previous: undefined })),
    );
    const { ok } = await atomic.commit();
    if (!ok) throw new Error("runs to search are there already");
    batch = [];
  };
  for (const run of runs) {
    batch.push(recordOf(run));
    if (batch.length === runsOfCommit) await write();
  }
  if (batch.length > 0) await write();
}

/** What tracking's sink makes of the operations that such a run writes. */
function recordOf({ id, name, start, end, params, metrics }: GeneratedRun): RunInfo {
  const points = new PointBuffer();
  for (const [key, value] of Object.entries(metrics)) points.add(key, value, BigInt(lastStep), end * 1_000);
  const draft = new RunDraft(createdRun({ kind: "create", run: id, experiment, name, time: start * 1_000 }));
  draft.apply({ kind: "params", run: id, params });
  draft.addMetrics(summarise(points.toBatch()));
  draft.apply({ kind: "end", run: id, status: "FINISHED", time: end * 1_000 });
  return draft.toRun();
}
