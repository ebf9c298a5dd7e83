import type { BlobContent, CallOptions } from "@millwright/core";
import type { DownsampleMethod } from "../metrics/downsample.js";
import type { MetricHistory, RunMetricHistory } from "../metrics/history.js";
import type { ReadRun } from "../runs/run-record.js";
import type { RunPage, RunSearchOptions } from "../search/search-options.js";
import type { RunListing, RunListOptions } from "../tracker/list-runs.js";

/** How a history is read. */
export interface HistoryOptions extends CallOptions {
  /** At most so many points of it, at least 5, chosen for a chart. Default: all. */
  readonly points?: number | undefined;
  /**
   * Which points: the lowest and highest of each stretch, so that no spike is lost (`"minmax"`, the default), or the shape as the eye sees
   * it (`"lttb"`). `downsample` of `@millwright/tracking/comparison` says more.
   */
  readonly method?: DownsampleMethod | undefined;
}

/** Which histories to read, and how. */
export interface HistoriesOptions extends HistoryOptions {
  /** Ids of runs, each read once. */
  readonly runs: readonly string[];
  /** Metrics. Default: all that a run has. */
  readonly keys?: readonly string[] | undefined;
}

/** Reads what was recorded, wherever it lies. */
export interface TrackingReader {
  /** What is known of a run; `undefined` if there is none. */
  getRun(id: string, options?: CallOptions): Promise<ReadRun | undefined>;
  /** The runs of an experiment, the newest first. Those that were deleted are left out. */
  listRuns(experiment: string, options?: RunListOptions): RunListing;
  /**
   * The runs that match, in order, page by page. The index is in memory and follows what all processes write; the first search of a
   * process opens it.
   *
   * @throws {MillwrightError} `INVALID_ARGUMENT` with the position of a mistake in a filter, `INVALID_CURSOR`
   */
  searchRuns(options?: RunSearchOptions): Promise<RunPage>;
  /** The points of a metric, or some of them; none if nothing was logged. @throws {MillwrightError} `RUN_NOT_FOUND`, `INVALID_ARGUMENT` */
  getHistory(id: string, key: string, options?: HistoryOptions): Promise<MetricHistory>;
  /**
   * Many curves in one call, in the order of the runs and then of the keys: what `reportRuns` draws. A metric that a run does not have is
   * left out. The points of each run are read once, those of 8 runs at a time, and thinned before the next are read.
   *
   * @throws {MillwrightError} `RUN_NOT_FOUND`, which names all that are not there, `INVALID_ARGUMENT`
   *
   * @example
   * ```ts
   * import type { Tracker } from "@millwright/tracking";
   * import { reportRuns } from "@millwright/tracking/comparison";
   *
   * declare const tracker: Tracker;
   * const { runs } = await tracker.searchRuns({ filter: "metrics.loss < 0.2" });
   * const histories = await tracker.getHistories({ runs: runs.map(({ id }) => id), keys: ["loss"], points: 500 });
   * const page = reportRuns({ runs, histories });
   * ```
   */
  getHistories(options: HistoriesOptions): Promise<RunMetricHistory[]>;
  /** The content of a file of a run, verified as it is read; `undefined` if the run has no such file. @throws {MillwrightError} `RUN_NOT_FOUND` */
  getArtifact(id: string, path: string, options?: CallOptions): Promise<BlobContent | undefined>;
}
