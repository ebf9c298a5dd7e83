export { type CompareOptions, compareSamples } from "./drift/compare-samples.js";
export type {
  Distribution,
  DriftReport,
  DriftSettings,
  DriftTest,
  FeatureCounts,
  FeatureDrift,
  FeatureError,
  Verdict,
} from "./drift/drift-report.js";
export type { MonitoringErrorCode } from "./errors.js";
export {
  type CheckOptions,
  createMonitor,
  type Monitor,
  type MonitorOptions,
  type Observation,
} from "./monitor/create-monitor.js";
export { type RenderOptions, renderHtml } from "./report/render-html.js";
