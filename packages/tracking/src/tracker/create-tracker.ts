import type { CallOptions, Storage } from "@millwright/core";
import type { SearchIndexProgress } from "@millwright/core/search";
import { deletedRun, invalidArgument } from "../errors.js";
import type { RunLifecycle } from "../lifecycle/run-lifecycle.js";
import { flattenParams } from "../params/flatten.js";
import type { TrackingReader } from "../reader/reader.js";
import { storageReader } from "../reader/storage-reader.js";
import { toStep } from "../recording/series.js";
import type { ActiveRun } from "../runs/run.js";
import type { RunInfo } from "../runs/run-record.js";
import { lastTimeOf } from "../runs/run-state.js";
import { RunStore } from "../runs/run-store.js";
import type { RunSearch } from "../search/run-search.js";
import { storageSink } from "../sink/storage-sink.js";
import type { Recorder } from "./recorder.js";
import type { RecordingOptions, RunOptions } from "./run-options.js";
import { createRunStarter } from "./run-starter.js";

/** What a tracker needs. */
export interface TrackerOptions extends RecordingOptions {
  readonly storage: Storage;
  /** Hears of an index of runs that is built anew: documents so far. */
  readonly onIndexProgress?: ((progress: SearchIndexProgress) => void) | undefined;
}

/** How a run starts from another. */
export interface ForkOptions extends Partial<RunOptions> {
  /** The last step whose points are taken over. Default: all. */
  readonly step?: number | bigint | undefined;
}

/** Records runs and reads them. */
export interface Tracker extends Recorder, TrackingReader, RunLifecycle {
  /**
   * Goes on with a run, also one whose process is gone: its status is RUNNING again, and its end is that of this process.
   *
   * @throws {MillwrightError} `RUN_NOT_FOUND`, `RUN_DELETED`
   */
  resumeRun(id: string, options?: CallOptions): Promise<ActiveRun>;
  /**
   * Starts a run from what another had been at a step: its parameters, where none are given instead, and the points up to that step. The
   * tags `millwright.fork.run` and `millwright.fork.step` say where it comes from.
   *
   * @throws {MillwrightError} `RUN_NOT_FOUND`, `RUN_DELETED`
   */
  forkRun(id: string, options?: ForkOptions): Promise<ActiveRun>;
}

/**
 * A tracker over a storage.
 *
 * @example
 * ```ts
 * import { openLocalStorage } from "@millwright/core/local";
 * import { createTracker } from "@millwright/tracking";
 *
 * const storage = await openLocalStorage("./millwright");
 * const tracker = createTracker({ storage });
 * const runId = await tracker.run({ experiment: "credit", params: { learningRate: 0.1 } }, (run) => {
 *   for (let step = 0; step < 100; step++) run.logMetric("loss", 1 / (step + 1), { step });
 *   return run.id;
 * });
 * const run = await tracker.getRun(runId);
 * console.log(run?.status, run?.metrics.loss?.latest.value); // FINISHED 0.01
 * await storage.close();
 * ```
 */
export function createTracker(options: TrackerOptions): Tracker {
  const { storage } = options;
  if (typeof storage?.kv?.atomic !== "function")
    throw invalidArgument(
      "storage",
      "give a Storage, such as openLocalStorage(directory); what only records, to a server, is createRecorder({ sink })",
    );
  const { clock } = storage;
  const runs = new RunStore(storage);
  const { channels, open, start, startRun, run } = createRunStarter({
    ...options,
    place: storage,
    sink: storageSink(runs),
    homeOf: () => runs,
    onRecovered: async (written, call) => {
      const { reapRuns } = await import("../lifecycle/reap.js");
      await reapRuns(runs, { after: Number.MAX_SAFE_INTEGER, ...call }, written);
    },
  });
  const upToDate = (call: CallOptions): Promise<void> => channels.upToDate(call);

  let searching: Promise<RunSearch> | undefined;
  const search = (): Promise<RunSearch> => {
    searching ??= import("../search/run-search.js").then(({ createRunSearch }) =>
      createRunSearch(runs, options.onIndexProgress),
    );
    return searching;
  };
  let keeping: Promise<RunLifecycle> | undefined;
  const lifecycle = (): Promise<RunLifecycle> => {
    keeping ??= import("../lifecycle/run-lifecycle.js").then(({ createLifecycle }) =>
      createLifecycle(runs, upToDate),
    );
    return keeping;
  };
  const close = async (): Promise<void> => {
    await channels.close();
    await (await searching)?.close();
  };

  async function active(id: string, call: CallOptions): Promise<RunInfo> {
    await upToDate(call);
    const { value: run } = await runs.get(id, call);
    if (run.deletedTime !== undefined) throw deletedRun(id);
    return run;
  }

  return {
    ...storageReader(runs, upToDate, search),
    startRun,
    run,
    async resumeRun(id, call = {}) {
      const { experiment, params, ...run } = await active(id, call);
      const time = Math.max(clock.now(), lastTimeOf(run) + 1);
      return (await open({ id, experiment, params }, { kind: "resume", run: id, time })).run;
    },
    async forkRun(id, fork = {}) {
      const { step, signal, ...options } = fork;
      const lastStep = step === undefined ? undefined : toStep(step);
      const source = await active(id, { signal });
      const origin = {
        "millwright.fork.run": id,
        ...(step === undefined ? {} : { "millwright.fork.step": `${step}` }),
      };
      const written = await start({
        experiment: source.experiment,
        name: source.name,
        ...options,
        params: { ...source.params, ...Object.fromEntries(flattenParams(options.params ?? {})) },
        tags: { ...options.tags, ...origin },
        goals: { ...source.goals, ...options.goals },
        signal,
      });
      const { historyUpTo } = await import("../recording/copy-history.js");
      for await (const points of historyUpTo(runs, id, lastStep, { signal })) written.copyPoints(points);
      return written.run;
    },
    deleteRun: async (id, call) => (await lifecycle()).deleteRun(id, call),
    restoreRun: async (id, call) => (await lifecycle()).restoreRun(id, call),
    removeRun: async (id, call) => (await lifecycle()).removeRun(id, call),
    pruneRuns: async (prune) => (await lifecycle()).pruneRuns(prune),
    reapRuns: async (reap) => (await lifecycle()).reapRuns(reap),
    recover: (call = {}) => channels.recover(call),
    close,
    [Symbol.asyncDispose]: close,
  };
}
