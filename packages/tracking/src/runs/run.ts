import type { BlobSource, CallOptions, Digest, JournalDurability, TimeInput } from "@millwright/core";
import type { DatasetDescription, DatasetInput } from "../datasets/describe-dataset.js";
import type { ParamTree } from "../params/flatten.js";
import type { TableInput } from "../recording/content.js";
import type { MetricGoal } from "./metric-goal.js";
import type { ModelOptions, ModelSource } from "./model-options.js";
import type { RunOutput } from "./run-output.js";
import type { RunInfo, RunStatus } from "./run-record.js";

/** Where a point lies. */
export interface PointOptions {
  /** Default: 0. */
  readonly step?: number | bigint | undefined;
  /** Default: now. */
  readonly time?: TimeInput | undefined;
}

/** Where the points of a series lie. */
export interface SeriesOptions {
  /** The step of the first value; each further one is one more. Default: 0. */
  readonly firstStep?: number | undefined;
  /** The step of each value, instead. */
  readonly steps?: ArrayLike<number | bigint> | undefined;
  /** Microseconds since the epoch of each value. Default: now. */
  readonly times?: ArrayLike<number> | undefined;
}

/** A file of a run. */
export interface ArtifactInfo {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
}

/** How to end a run. */
export interface EndOptions extends CallOptions {
  /** Default: `"FINISHED"`. */
  readonly status?: Exclude<RunStatus, "RUNNING"> | undefined;
  /** Why, for people. Of a text of more than 8,000 characters the beginning is kept. */
  readonly reason?: string | undefined;
}

/**
 * A run that is being written. Logging is synchronous and never waits for storage: what is logged goes to a journal on this machine
 * within 50 ms, also in a loop that never awaits, and from there to the storage within about a second. What a killed process had
 * in its journal is stored by the next tracker. A wrong argument throws at once; a failure to store, and what the storage refuses,
 * is reported by `flush`, `end` and the tracker's `onError`; what could not be stored is kept and tried again.
 */
export interface ActiveRun extends AsyncDisposable {
  /** 32 lowercase hexadecimal digits. */
  readonly id: string;
  readonly experiment: string;
  /** What survives when this process is killed: all but the last 50 ms (`"journal"`), everything (`"fsync"`), or what was stored (`"memory"`). */
  readonly durability: JournalDurability;
  /** Adds a point. NaN and ±Infinity are values like others. */
  logMetric(key: string, value: number, options?: PointOptions): void;
  /** Adds a point to several metrics, at one step and time. */
  logMetrics(values: Readonly<Record<string, number>>, options?: PointOptions): void;
  /** Adds many points to a metric. */
  logSeries(key: string, values: ArrayLike<number>, options?: SeriesOptions): void;
  /**
   * Sets parameters; nested objects are flattened with dots. A parameter keeps its first value.
   *
   * @throws {MillwrightError} `PARAM_CHANGED`
   */
  logParams(params: ParamTree): void;
  /** Sets tags; a later value replaces an earlier one. */
  setTags(tags: Readonly<Record<string, string>>): void;
  /**
   * Says which way metrics are better, so that each keeps its best point: `best` of its summary, with step and time. It counts for
   * what was logged before too; the last goal of a metric counts. NaN is never best, and of several points with the best value the one
   * with the smallest step is, then the one with the earliest time.
   */
  setGoals(goals: Readonly<Record<string, MetricGoal>>): void;
  /** Says that the run used some data: a batch, whose digest is computed, or a reference. */
  logDataset(data: DatasetInput, description?: DatasetDescription): void;
  /** Stores a text as a file of the run. */
  logText(path: string, text: string): void;
  /** Stores a value as a file of JSON. */
  logJson(path: string, value: unknown): void;
  /** Stores a table as JSON, in the form of MLflow's `log_table`. The path ends with `.json`. */
  logTable(path: string, table: TableInput): void;
  /** Stores the bytes of an image: `.png`, `.jpg`, `.jpeg`, `.gif` or `.webp`, as the path says. */
  logImage(path: string, bytes: Uint8Array): void;
  /** Stores a drawing: the text of an `.svg` or `.html` file. */
  logFigure(path: string, text: string): void;
  /**
   * Stores files of this machine: one, or all of a directory, below `path` if that is given. Links are not followed. Names are checked before the
   * first file is read.
   */
  logArtifacts(
    source: string,
    options?: { readonly path?: string | undefined } & CallOptions,
  ): Promise<ArtifactInfo[]>;
  /** Stores a file of the run. Resolves when its bytes are stored. */
  logArtifact(path: string, content: BlobSource, options?: CallOptions): Promise<ArtifactInfo>;
  /**
   * Stores a model that came out of the run, and names it among its `outputs`: a file or directory of this machine (a string is its
   * path), bytes or a stream. Its files are artifacts below `models/<name>/<16 digits of the digest>/`, so every model that is logged
   * stays, and the same one again is stored once. It is an output as a whole or not at all. Resolves when its bytes are stored.
   *
   * @throws {MillwrightError} `INVALID_ARGUMENT`, also if there is no such file, or nothing in the directory; `UNSUPPORTED` for a path
   *   on a host without files
   *
   * @example
   * ```ts
   * import { openLocalStorage } from "@millwright/core/local";
   * import { createTracker } from "@millwright/tracking";
   *
   * const storage = await openLocalStorage("./millwright");
   * const tracker = createTracker({ storage });
   * const model = await tracker.run({ experiment: "credit" }, (run) =>
   *   run.logModel("classifier", "model.onnx", { step: 100, metadata: { framework: "xgboost" } }),
   * );
   * console.log(model.path, model.digest); // models/classifier/…, sha256:…
   * ```
   */
  logModel(name: string, source: ModelSource, options?: ModelOptions): Promise<RunOutput>;
  /** Resolves once everything that was logged before is stored. */
  flush(options?: CallOptions): Promise<void>;
  /** Stores everything, then ends the run. Nothing can be logged after it. */
  end(options?: EndOptions): Promise<RunInfo>;
}
