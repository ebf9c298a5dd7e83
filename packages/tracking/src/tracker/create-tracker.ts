import {
  abortable,
  type BlobContent,
  type CallOptions,
  createIdentifierHex,
  messageOf,
  type Principal,
  recordStore,
  type Storage,
} from "@millwright/core";
import { invalidArgument, trackingError } from "../errors.js";
import { trackingLimits } from "../limits.js";
import { type MetricHistory, readHistory } from "../metrics/history.js";
import { assertArtifactPath, assertName } from "../names.js";
import { flattenParams, type ParamTree } from "../params/flatten.js";
import { createActiveRun, type RunContext, tell } from "../runs/active-run.js";
import { ownValue } from "../runs/changes.js";
import type { ActiveRun } from "../runs/run.js";
import { experimentKey, pointsTable, type RunInfo, root, runRecord } from "../runs/run-record.js";
import { assertTags } from "../runs/tags.js";
import { listRuns, type RunListing, type RunListOptions } from "./list-runs.js";

/** What a tracker needs. */
export interface TrackerOptions {
  readonly storage: Storage;
  /** Who records; runs carry the id. */
  readonly actor?: Principal | undefined;
  /** Hears of what could not be stored in the background. It is stored again at the next flush. */
  readonly onError?: ((error: unknown, runId: string) => void) | undefined;
}

/** How a run starts. */
export interface RunOptions extends CallOptions {
  readonly experiment: string;
  readonly name?: string | undefined;
  readonly params?: ParamTree | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The id of the run that this one is a part of. */
  readonly parent?: string | undefined;
}

/** Records runs and reads them. */
export interface Tracker {
  /**
   * Runs `body` inside a run and gives its result. The status follows the outcome: FINISHED, or FAILED with the message of the
   * error, which is thrown on.
   */
  run<Result>(options: RunOptions, body: (run: ActiveRun) => Result | Promise<Result>): Promise<Result>;
  /** Starts a run that you end yourself. Disposal without `end()` records FAILED. */
  startRun(options: RunOptions): Promise<ActiveRun>;
  /** What is known of a run; `undefined` if there is none. */
  getRun(id: string, options?: CallOptions): Promise<RunInfo | undefined>;
  /** The runs of an experiment, the newest first. */
  listRuns(experiment: string, options?: RunListOptions): RunListing;
  /** All points of a metric. @throws {MillwrightError} `RUN_NOT_FOUND` */
  getHistory(id: string, key: string, options?: CallOptions): Promise<MetricHistory>;
  /** The content of a file of a run, verified as it is read; `undefined` if the run has no such file. @throws {MillwrightError} `RUN_NOT_FOUND` */
  getArtifact(id: string, path: string, options?: CallOptions): Promise<BlobContent | undefined>;
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
  const { storage, actor } = options;
  if (typeof storage?.kv?.atomic !== "function")
    throw invalidArgument("storage", "give a Storage, such as openLocalStorage(directory)");
  const runs = recordStore(storage, runRecord, [...root, "runs"]);
  const context: RunContext = { storage, runs, clock: storage.clock, onError: options.onError };

  async function startRun(run: RunOptions): Promise<ActiveRun> {
    const started = newRun(run, actor?.id, storage.clock.now());
    if (run.parent !== undefined) await existing(run.parent, run);
    const atomic = storage.kv.atomic();
    await runs.write(atomic, [started.id], started, { signal: run.signal });
    await atomic.set(experimentKey(started), null).commit({ signal: run.signal });
    return createActiveRun(context, started);
  }

  async function existing(id: string, call: CallOptions): Promise<RunInfo> {
    const entry =
      typeof id === "string" && id !== "" ? await runs.get([id], { signal: call.signal }) : undefined;
    if (entry === undefined)
      throw trackingError("RUN_NOT_FOUND", `there is no run ${id}`, { details: { run: id } });
    return entry.value;
  }

  return {
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
          .catch((failure: unknown) => tell(options.onError, failure, run.id));
        throw error;
      }
      await run.end();
      return result;
    },
    getRun: async (id, call = {}) => (await runs.get([id], call))?.value,
    listRuns: (experiment, list = {}) => listRuns(storage, runs, experiment, list),
    async getHistory(id, key, call = {}) {
      assertName(key, "key");
      await existing(id, call);
      return readHistory(storage.tables, pointsTable(id), key, call);
    },
    async getArtifact(id, path, call = {}) {
      assertArtifactPath(path);
      const artifact = ownValue((await existing(id, call)).artifacts, path);
      return artifact === undefined ? undefined : storage.blobs.get(artifact.digest, call);
    },
  };
}

function newRun(options: RunOptions, actor: string | undefined, startTime: number): RunInfo {
  const { experiment, name, parent, params = {}, tags = {} } = options;
  assertName(experiment, "experiment", trackingLimits.nameLength);
  if (name !== undefined) assertName(name, "name", trackingLimits.nameLength);
  assertTags(tags);
  return {
    id: createIdentifierHex({ time: startTime }),
    experiment,
    name,
    parent,
    actor,
    status: "RUNNING",
    startTime,
    params: Object.fromEntries(flattenParams(params)),
    tags: { ...tags },
    metrics: {},
    datasets: [],
    artifacts: {},
  };
}
