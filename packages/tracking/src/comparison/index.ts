export { type DownsampleMethod, downsample } from "../metrics/downsample.js";
export type { RunMetricHistory } from "../metrics/history.js";
export { type CompareRunsOptions, compareRuns } from "./compare-runs.js";
export type { ComparedRun } from "./compared-run.js";
export type { ComparedNumber, ComparedValue } from "./compared-value.js";
export type {
  ArtifactDifference,
  BestRun,
  DatasetDifference,
  MetricDifference,
  RunComparison,
  ValueDifference,
} from "./comparison.js";
export { type ComparisonTextOptions, comparisonText } from "./comparison-text.js";
export type { ReportImage } from "./page/images.js";
export type { Objective } from "./page/model.js";
export { type ReportRunsOptions, reportRuns } from "./report-runs.js";
