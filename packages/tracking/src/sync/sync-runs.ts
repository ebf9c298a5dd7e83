import type { CallOptions, Storage } from "@millwright/core";
import { invalidArgument } from "../errors.js";
import type { RefusedOperation } from "../sink/sink.js";

/** What to bring where. */
export interface SyncRunsOptions extends CallOptions {
  /** Where the runs are: the storage of a machine that was offline, say, or a folder that was copied. */
  readonly from: Storage;
  readonly to: Storage;
  /** Only runs of this experiment. Default: all. */
  readonly experiment?: string | undefined;
  /** Only these runs. Default: all. */
  readonly runs?: readonly string[] | undefined;
  /** Called after each run. */
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
}

/** How far a sync is. */
export interface SyncProgress {
  readonly done: number;
  readonly total: number;
}

/** What a sync did. */
export interface SyncReport {
  /** Runs that were looked at. */
  readonly runs: number;
  /** Points that were sent: those that the other side did not have. */
  readonly points: number;
  /** Files whose bytes were sent. */
  readonly files: number;
  /** What the other side did not take, such as a parameter that has another value there. */
  readonly refused: readonly RefusedOperation[];
}

/**
 * Brings runs from one storage to another, under their ids. It can be called again, at any time, and after it was stopped or
 * killed: what is there already is passed over, what has changed since is brought up to date. Deleted runs stay where they are.
 *
 * @example
 * ```ts
 * import { openLocalStorage } from "@millwright/core/local";
 * import { syncRuns } from "@millwright/tracking";
 *
 * const [laptop, team] = [await openLocalStorage("./laptop"), await openLocalStorage("./team")];
 * const { runs, points } = await syncRuns({ from: laptop, to: team, experiment: "credit" });
 * console.log(`${runs} runs, ${points} new points`);
 * ```
 */
export async function syncRuns(options: SyncRunsOptions): Promise<SyncReport> {
  for (const name of ["from", "to"] as const)
    if (typeof options[name]?.kv?.atomic !== "function") throw invalidArgument(name, "give a Storage");
  // Loaded when it is called: most programs that record never sync.
  const { bringRuns } = await import("./bring-runs.js");
  return bringRuns(options);
}
