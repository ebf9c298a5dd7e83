import { isProcessAlive } from "../capture/process-identity.js";
import type { RunInfo } from "../runs/run-record.js";

/** A run says that it is there so often, in microseconds. */
export const aliveInterval = 30_000_000;

/** Silence after which a run whose process cannot be looked at counts as stale. */
export const staleAfter = 90_000_000;

/** Whether a run says RUNNING though its process is gone, as far as can be told from here. */
export function isStale(run: RunInfo, now: number, after = staleAfter): boolean {
  if (run.status !== "RUNNING") return false;
  const alive = run.process === undefined ? undefined : isProcessAlive(run.process);
  return alive === undefined ? now - (run.lastSeen ?? run.startTime) > after : !alive;
}
