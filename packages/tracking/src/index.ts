export type { DatasetDescription, DatasetInput } from "./datasets/describe-dataset.js";
export type { TrackingErrorCode } from "./errors.js";
export { trackingLimits } from "./limits.js";
export type { MetricHistory } from "./metrics/history.js";
export type { MetricPoint, MetricSummary } from "./metrics/summary.js";
export type { ParamTree, ParamValue } from "./params/flatten.js";
export type { ActiveRun, ArtifactInfo, EndOptions, PointOptions, SeriesOptions } from "./runs/run.js";
export type { RunInfo, RunStatus } from "./runs/run-record.js";
export {
  createTracker,
  type RunOptions,
  type Tracker,
  type TrackerOptions,
} from "./tracker/create-tracker.js";
export type { RunListing, RunListOptions } from "./tracker/list-runs.js";
