export type { DatasetDescription, DatasetInput } from "./datasets/describe-dataset.js";
export type { TrackingErrorCode } from "./errors.js";
export type { ReapOptions } from "./lifecycle/reap.js";
export type { PruneOptions, RunLifecycle } from "./lifecycle/run-lifecycle.js";
export { trackingLimits } from "./limits.js";
export type { MetricHistory } from "./metrics/history.js";
export type { MetricPoint, MetricSummary } from "./metrics/summary.js";
export type { ParamTree, ParamValue } from "./params/flatten.js";
export type { TrackingReader } from "./reader/reader.js";
export type { CaptureOptions } from "./recording/capture-options.js";
export type { TableInput } from "./recording/content.js";
export type { ActiveRun, ArtifactInfo, EndOptions, PointOptions, SeriesOptions } from "./runs/run.js";
export type { ReadRun, RunInfo, RunStatus } from "./runs/run-record.js";
export type { RefusedOperation } from "./sink/sink.js";
export { type SyncProgress, type SyncReport, type SyncRunsOptions, syncRuns } from "./sync/sync-runs.js";
export {
  createTracker,
  type ForkOptions,
  type RunOptions,
  type Tracker,
  type TrackerOptions,
} from "./tracker/create-tracker.js";
export type { RunListing, RunListOptions } from "./tracker/list-runs.js";
