import type { EndOperation, ResumeOperation } from "../operations/operation.js";
import type { RunInfo } from "./run-record.js";

/** At one time the higher of these counts: an end over a resume, and the worse of two ends. */
const ranks: Readonly<Record<RunInfo["status"], number>> = { RUNNING: 0, FINISHED: 1, KILLED: 2, FAILED: 3 };

/**
 * A run after a resume or an end. Of all of them the one with the latest time counts, in whatever order they arrive: several
 * processes may resume and end one run, and the journal of a machine that was away, with an old end in it, changes nothing that has
 * happened since. An end by others, because nothing was heard of the process, gives way to any of its own.
 */
export function stateAfter(run: RunInfo, operation: ResumeOperation | EndOperation): RunInfo {
  const status = operation.kind === "end" ? operation.status : "RUNNING";
  if (run.reaped !== true && comesBefore(operation.time, status, run)) return run;
  if (operation.kind === "end") {
    const { reason, time } = operation;
    return { ...run, status, reason, endTime: time, resumedTime: undefined, reaped: undefined };
  }
  const { process, time } = operation;
  return { ...run, status, reason: undefined, endTime: undefined, process, resumedTime: time };
}

function comesBefore(time: number, status: RunInfo["status"], run: RunInfo): boolean {
  // Whatever comes is later than the beginning, also where the clock was set back meanwhile.
  const since = run.status === "RUNNING" ? run.resumedTime : run.endTime;
  if (since === undefined) return false;
  return time === since ? ranks[status] < ranks[run.status] : time < since;
}

/** When the run began, went on, was heard of or ended last: what follows is later, whatever the clock says. */
export function lastTimeOf({
  startTime,
  resumedTime = startTime,
  lastSeen = startTime,
  endTime = startTime,
}: Pick<RunInfo, "startTime" | "resumedTime" | "lastSeen" | "endTime">): number {
  return Math.max(startTime, resumedTime, lastSeen, endTime);
}
