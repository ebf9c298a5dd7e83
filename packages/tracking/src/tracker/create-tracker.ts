import {
  abortable,
  type CallOptions,
  createIdentifierHex,
  type JournalDurability,
  messageOf,
  type Principal,
  type Storage,
} from "@millwright/core";
import type { SearchIndexProgress } from "@millwright/core/search";
import { deletedRun, invalidArgument } from "../errors.js";
import type { Channel } from "../journal/channel.js";
import type { RunLifecycle } from "../lifecycle/run-lifecycle.js";
import { trackingLimits } from "../limits.js";
import { assertName } from "../names.js";
import type { CreateOperation, ResumeOperation } from "../operations/operation.js";
import { flattenParams, type ParamTree } from "../params/flatten.js";
import type { TrackingReader } from "../reader/reader.js";
import { storageReader } from "../reader/storage-reader.js";
import { createActiveRun, type StartedRun, type WrittenRun } from "../recording/active-run.js";
import type { Capturing } from "../recording/capture.js";
import type { CaptureOptions } from "../recording/capture-options.js";
import { toStep } from "../recording/series.js";
import type { ActiveRun } from "../runs/run.js";
import type { RunInfo } from "../runs/run-record.js";
import { RunStore } from "../runs/run-store.js";
import { assertTags } from "../runs/tags.js";
import type { RunSearch } from "../search/run-search.js";
import { storageSink } from "../sink/storage-sink.js";
import { Channels } from "./channels.js";

/** What a tracker needs. */
export interface TrackerOptions {
  readonly storage: Storage;
  /** Who records; runs carry the id. */
  readonly actor?: Principal | undefined;
  /**
   * What survives when this process is killed: see {@link ActiveRun.durability}. Default: `"journal"` where the storage has
   * journals on a disk, else `"memory"`.
   */
  readonly durability?: JournalDurability | undefined;
  /** What runs capture by themselves; `false` for nothing. Default: the environment, and how the process ends. */
  readonly capture?: CaptureOptions | false | undefined;
  /** Hears of an index of runs that is built anew: documents so far. */
  readonly onIndexProgress?: ((progress: SearchIndexProgress) => void) | undefined;
  /** Hears of what could not be stored in the background, which is tried again, and of what was refused. */
  readonly onError?: ((error: unknown, runId: string | undefined) => void) | undefined;
}

/** How a run starts. */
export interface RunOptions extends CallOptions {
  readonly experiment: string;
  readonly name?: string | undefined;
  readonly params?: ParamTree | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The id of the run that this one is a part of. That run may be one that is not stored yet. */
  readonly parent?: string | undefined;
}

/** How a run starts from another. */
export interface ForkOptions extends Partial<RunOptions> {
  /** The last step whose points are taken over. Default: all. */
  readonly step?: number | bigint | undefined;
}

/** Records runs and reads them. */
export interface Tracker extends TrackingReader, RunLifecycle, AsyncDisposable {
  /**
   * Runs `body` inside a run and gives its result. The status follows the outcome: FINISHED, or FAILED with the message of the
   * error, which is thrown on.
   */
  run<Result>(options: RunOptions, body: (run: ActiveRun) => Result | Promise<Result>): Promise<Result>;
  /** Starts a run that you end yourself. Disposal without `end()` records FAILED. */
  startRun(options: RunOptions): Promise<ActiveRun>;
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
  /** Stores what ended processes have left in their journals. Done by itself before the first read. */
  recover(options?: CallOptions): Promise<void>;
  /** Stores what was logged and ends the work in the background. Runs that have not ended stay RUNNING. */
  close(): Promise<void>;
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
  const { storage, actor, durability } = options;
  if (typeof storage?.kv?.atomic !== "function")
    throw invalidArgument("storage", "give a Storage, such as openLocalStorage(directory)");
  const { clock } = storage;
  const runs = new RunStore(storage);
  const tell = (error: unknown, run: string | undefined): void => {
    try {
      options.onError?.(error, run);
    } catch {
      // A listener's own mistakes harm nobody.
    }
  };
  const captured = options.capture === false ? { environment: false } : (options.capture ?? {});
  let loading: Promise<Capturing> | undefined;
  const capturing = (): Promise<Capturing> => {
    loading ??= import("../recording/capture.js").then(({ createCapturing }) => createCapturing(captured));
    return loading;
  };
  const channels = new Channels({
    runs,
    sink: storageSink(runs),
    durability,
    signals: options.capture !== false && captured.signals !== false,
    onError: tell,
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

  async function open(started: StartedRun, begin: CreateOperation | ResumeOperation): Promise<WrittenRun> {
    const { processIdentity, start: capture, watchProcessEnd } = await capturing();
    const make = (channel: Channel): WrittenRun =>
      createActiveRun(
        {
          runs,
          channel,
          takeRefused: (run) => channels.takeRefused(run),
          onEnd: (run) => channels.release(run),
          capture,
        },
        started,
        { ...begin, process: processIdentity() },
      );
    return channels.open(make, watchProcessEnd);
  }

  async function active(id: string, call: CallOptions): Promise<RunInfo> {
    await upToDate(call);
    const { value: run } = await runs.get(id, call);
    if (run.deletedTime !== undefined) throw deletedRun(id);
    return run;
  }

  async function start(run: RunOptions): Promise<WrittenRun> {
    const { experiment, name, parent, params = {}, tags = {}, signal } = run;
    signal?.throwIfAborted();
    assertName(experiment, "experiment", trackingLimits.nameLength);
    if (name !== undefined) assertName(name, "name", trackingLimits.nameLength);
    assertTags(tags);
    const flat = flattenParams(params);
    if (parent !== undefined && !/^[0-9a-f]{32}$/.test(parent))
      throw invalidArgument("parent", `${JSON.stringify(parent)} is no id of a run`);
    const time = clock.now();
    const id = createIdentifierHex({ time });
    const started = await open(
      { id, experiment, params: {} },
      {
        kind: "create",
        run: id,
        experiment,
        name,
        parent,
        actor: actor?.id,
        time,
      },
    );
    if (flat.size > 0) started.run.logParams(Object.fromEntries(flat));
    if (Object.keys(tags).length > 0) started.run.setTags(tags);
    return started;
  }

  const startRun = async (run: RunOptions): Promise<ActiveRun> => (await start(run)).run;

  return {
    ...storageReader(runs, upToDate, search),
    startRun,
    async run(start, body) {
      const run = await startRun(start);
      let result: Awaited<ReturnType<typeof body>>;
      try {
        result = await abortable(Promise.resolve(run).then(body), start.signal);
      } catch (error) {
        // The error of the body is the one that counts, also if the end cannot be stored.
        await run
          .end({ status: "FAILED", reason: messageOf(error) })
          .catch((failure: unknown) => tell(failure, run.id));
        throw error;
      }
      await run.end();
      return result;
    },
    async resumeRun(id, call = {}) {
      const { experiment, params } = await active(id, call);
      return (await open({ id, experiment, params }, { kind: "resume", run: id, time: clock.now() })).run;
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
