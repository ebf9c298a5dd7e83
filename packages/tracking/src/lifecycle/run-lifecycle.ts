import { type CallOptions, type DurationInput, toDuration } from "@millwright/core";
import { invalidArgument } from "../errors.js";
import { pointsTable, type RunInfo } from "../runs/run-record.js";
import type { RunEntry, RunStore } from "../runs/run-store.js";
import { type ReapOptions, reapRuns } from "./reap.js";

/** References of files that one commit drops. */
const filesAtOnce = 300;

/** Which runs to remove. At least one rule is needed; a run goes if any says so. */
export interface PruneOptions extends CallOptions {
  /** Only of this experiment. Default: of all. */
  readonly experiment?: string | undefined;
  /** Runs that ended, or were deleted, or never ended and were heard of last, longer ago than this. */
  readonly olderThan?: DurationInput | undefined;
  /** Runs of an experiment beyond so many of the newest. */
  readonly keep?: number | undefined;
  /** Only runs that were deleted before. Default: false. */
  readonly deletedOnly?: boolean | undefined;
  /** Says what would be removed, and removes nothing. Default: false. */
  readonly dryRun?: boolean | undefined;
  /** Called after each run. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

/** What becomes of runs that nobody needs any more. */
export interface RunLifecycle {
  /** Hides a run: it is not listed or found, and takes nothing more. It can be restored. @throws {MillwrightError} `RUN_NOT_FOUND` */
  deleteRun(id: string, options?: CallOptions): Promise<void>;
  /** Takes a deletion back. @throws {MillwrightError} `RUN_NOT_FOUND` */
  restoreRun(id: string, options?: CallOptions): Promise<void>;
  /**
   * Removes a run for good, with its points and the references to its files; core's collector then gives the space back. If it is
   * killed on the way, the run is deleted, and removing it again goes on. `false` if there is no such run.
   */
  removeRun(id: string, options?: CallOptions): Promise<boolean>;
  /**
   * Ends runs that say RUNNING though their processes are gone, as FAILED. Gives their ids. A process that was only asleep, or cut
   * off, goes on with its run when it is back.
   */
  reapRuns(options?: ReapOptions): Promise<string[]>;
  /** Removes runs for good by their age and number. Gives their ids. Runs that are being written are kept. */
  pruneRuns(options: PruneOptions): Promise<string[]>;
}

/** Deletes, restores and removes runs. `upToDate` is awaited before each call. */
export function createLifecycle(
  runs: RunStore,
  upToDate: (options: CallOptions) => Promise<void>,
): RunLifecycle {
  const { storage } = runs;

  async function change(id: string, next: (run: RunInfo) => RunInfo, { signal }: CallOptions): Promise<void> {
    await runs.transact(
      async (atomic) => {
        const entry = await runs.get(id, { signal });
        await runs.write(atomic, next(entry.value), entry, { signal });
      },
      { signal },
    );
  }

  async function deleteRun(id: string, call: CallOptions = {}): Promise<void> {
    await upToDate(call);
    const now = storage.clock.now();
    await change(id, (run) => ({ ...run, deletedTime: run.deletedTime ?? now }), call);
  }

  async function removeRun(id: string, call: CallOptions = {}): Promise<boolean> {
    await upToDate(call);
    if ((await runs.find(id, call)) === undefined) return false;
    await deleteRun(id, call);
    await storage.tables.drop(pointsTable(id), { signal: call.signal });
    await dropFiles(id, call);
    await runs.transact(
      async (atomic) => {
        const entry = await runs.find(id, call);
        if (entry !== undefined) runs.remove(atomic, entry);
      },
      { signal: call.signal },
    );
    return true;
  }

  /** All files but what one commit can drop together with the run. */
  async function dropFiles(id: string, call: CallOptions): Promise<void> {
    for (;;) {
      const files = Object.entries((await runs.get(id, call)).value.artifacts);
      if (files.length <= filesAtOnce) return;
      const rest = Object.fromEntries(files.slice(filesAtOnce));
      await change(id, (run) => ({ ...run, artifacts: rest }), call);
    }
  }

  async function pruneRuns(options: PruneOptions): Promise<string[]> {
    const { dryRun = false, onProgress, signal } = options;
    const isOld = ageRule(options, storage.clock.now());
    await upToDate({ signal });
    const byExperiment = new Map<string, RunEntry[]>();
    for await (const entry of runs.list({ signal })) {
      const { experiment } = entry.value;
      if (options.experiment !== undefined && experiment !== options.experiment) continue;
      byExperiment.set(experiment, [...(byExperiment.get(experiment) ?? []), entry]);
    }
    const ids: string[] = [];
    for (const entries of byExperiment.values()) {
      const newest = entries.map(({ value }) => value).sort((a, b) => b.startTime - a.startTime);
      for (const [place, run] of newest.entries()) {
        if (run.status === "RUNNING" && run.deletedTime === undefined && !isOld(run)) continue;
        if (options.deletedOnly === true && run.deletedTime === undefined) continue;
        if (isOld(run) || (options.keep !== undefined && place >= options.keep)) ids.push(run.id);
      }
    }
    if (dryRun) return ids;
    for (const [index, id] of ids.entries()) {
      await removeRun(id, { signal });
      onProgress?.({ done: index + 1, total: ids.length });
    }
    return ids;
  }

  return {
    deleteRun,
    async restoreRun(id, call = {}) {
      await upToDate(call);
      await change(id, (run) => ({ ...run, deletedTime: undefined }), call);
    },
    async reapRuns(options = {}) {
      await upToDate(options);
      return reapRuns(runs, options);
    },
    removeRun,
    pruneRuns,
  };
}

function ageRule({ olderThan, keep }: PruneOptions, now: number): (run: RunInfo) => boolean {
  if (keep !== undefined && !(Number.isSafeInteger(keep) && keep >= 0))
    throw invalidArgument("keep", `${keep} is no number of runs`);
  if (olderThan === undefined) {
    if (keep === undefined) throw invalidArgument("olderThan", "say olderThan, keep or both");
    return () => false;
  }
  const end = now - toDuration(olderThan, "olderThan");
  return ({ deletedTime, endTime, lastSeen, startTime }) =>
    (deletedTime ?? endTime ?? lastSeen ?? startTime) < end;
}
