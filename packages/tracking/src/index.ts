export type { DatasetDescription, DatasetInput } from "./datasets/describe-dataset.js";
export type { TrackingErrorCode } from "./errors.js";
export type { ReapOptions } from "./lifecycle/reap.js";
export type { PruneOptions, RunLifecycle } from "./lifecycle/run-lifecycle.js";
export { trackingLimits } from "./limits.js";
export type { DownsampleMethod } from "./metrics/downsample.js";
export type { MetricHistory, RunMetricHistory } from "./metrics/history.js";
export type { MetricPlace, MetricPoint, MetricSummary } from "./metrics/summary.js";
export type { ParamTree, ParamValue } from "./params/flatten.js";
export type { HistoriesOptions, HistoryOptions, TrackingReader } from "./reader/reader.js";
export type { CaptureOptions } from "./recording/capture-options.js";
export type { TableInput } from "./recording/content.js";
export type { MetricGoal } from "./runs/metric-goal.js";
export type { ModelOptions, ModelSource } from "./runs/model-options.js";
export type { ActiveRun, ArtifactInfo, EndOptions, PointOptions, SeriesOptions } from "./runs/run.js";
export type { RunOutput } from "./runs/run-output.js";
export type { ReadRun, RunInfo, RunStatus } from "./runs/run-record.js";
export type { RecordingSink, RefusedOperation } from "./sink/sink.js";
export { type SyncProgress, type SyncReport, type SyncRunsOptions, syncRuns } from "./sync/sync-runs.js";
export { createRecorder, type RecorderOptions } from "./tracker/create-recorder.js";
export {
  createTracker,
  type ForkOptions,
  type Tracker,
  type TrackerOptions,
} from "./tracker/create-tracker.js";
export type { RunListing, RunListOptions } from "./tracker/list-runs.js";
export type { Recorder } from "./tracker/recorder.js";
export type { RecordingOptions, RunOptions } from "./tracker/run-options.js";
