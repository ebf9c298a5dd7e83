import type { Operation } from "../operations/operation.js";
import type { RunInfo } from "../runs/run-record.js";

/** What makes a run what it is, as operations: all but its points and the bytes of its files. */
export function* operationsOf(run: RunInfo): Generator<Operation, void, void> {
  const { id, experiment, name, parent, actor, process, startTime, status, reason } = run;
  yield { kind: "create", run: id, experiment, name, parent, actor, process, time: startTime };
  if (Object.keys(run.params).length > 0) yield { kind: "params", run: id, params: run.params };
  if (Object.keys(run.tags).length > 0) yield { kind: "tags", run: id, tags: run.tags };
  if (run.datasets.length > 0) yield { kind: "inputs", run: id, datasets: run.datasets };
  if (Object.keys(run.goals).length > 0) yield { kind: "goals", run: id, goals: run.goals };
  for (const [path, { digest, size }] of Object.entries(run.artifacts))
    yield { kind: "artifact", run: id, path, digest, size };
  if (run.outputs.length > 0) yield { kind: "outputs", run: id, outputs: run.outputs };
  if (status === "RUNNING") yield { kind: "resume", run: id, process, time: run.lastSeen ?? startTime };
  else yield { kind: "end", run: id, status, reason, time: run.endTime ?? startTime };
}
