import type { BlobContent, CallOptions } from "@millwright/core";
import type { MetricHistory } from "../metrics/history.js";
import type { ReadRun } from "../runs/run-record.js";
import type { RunPage, RunSearchOptions } from "../search/search-options.js";
import type { RunListing, RunListOptions } from "../tracker/list-runs.js";

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
  /** All points of a metric. @throws {MillwrightError} `RUN_NOT_FOUND` */
  getHistory(id: string, key: string, options?: CallOptions): Promise<MetricHistory>;
  /** The content of a file of a run, verified as it is read; `undefined` if the run has no such file. @throws {MillwrightError} `RUN_NOT_FOUND` */
  getArtifact(id: string, path: string, options?: CallOptions): Promise<BlobContent | undefined>;
}
