import { type MetricSummary, withBest } from "../metrics/summary.js";
import { ownValue } from "./run-draft.js";
import type { RunInfo, StoredRun } from "./run-record.js";
import { fromStoredSummary, type StoredSummary, toStoredSummary } from "./stored-summary.js";

/** The run of a record. */
export function fromStoredRun(stored: StoredRun): RunInfo {
  const metrics: Record<string, MetricSummary> = {};
  for (const [key, summary] of Object.entries(stored.metrics)) {
    const plain = fromStoredSummary(summary);
    const goal = ownValue(stored.goals, key);
    metrics[key] = goal === undefined ? plain : withBest(plain, goal);
  }
  return { ...stored, metrics };
}

/** The record of a run. */
export function toStoredRun(run: RunInfo): StoredRun {
  const metrics: Record<string, StoredSummary> = {};
  for (const [key, summary] of Object.entries(run.metrics)) metrics[key] = toStoredSummary(summary);
  return { ...run, metrics };
}
