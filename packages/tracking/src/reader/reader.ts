import type { BlobContent, CallOptions } from "@millwright/core";
import type { MetricHistory } from "../metrics/history.js";
import type { RunInfo } from "../runs/run-record.js";
import type { RunListing, RunListOptions } from "../tracker/list-runs.js";

/** Reads what was recorded, wherever it lies. */
export interface TrackingReader {
  /** What is known of a run; `undefined` if there is none. */
  getRun(id: string, options?: CallOptions): Promise<RunInfo | undefined>;
  /** The runs of an experiment, the newest first. Those that were deleted are left out. */
  listRuns(experiment: string, options?: RunListOptions): RunListing;
  /** All points of a metric. @throws {MillwrightError} `RUN_NOT_FOUND` */
  getHistory(id: string, key: string, options?: CallOptions): Promise<MetricHistory>;
  /** The content of a file of a run, verified as it is read; `undefined` if the run has no such file. @throws {MillwrightError} `RUN_NOT_FOUND` */
  getArtifact(id: string, path: string, options?: CallOptions): Promise<BlobContent | undefined>;
}
