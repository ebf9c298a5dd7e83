export { blobConformance } from "./blobs/blob-conformance.js";
export type { BlobConformanceOptions } from "./blobs/options.js";
export { type FaultConformanceOptions, faultConformance } from "./faults/fault-conformance.js";
export { faultyBlobs, faultyKv } from "./faults/faulty-drivers.js";
export { type Fault, type FaultCounter, type FaultPlan, faultCounter } from "./faults/plan.js";
export { type FaultScenario, portScenarios } from "./faults/scenarios.js";
export { journalConformance } from "./journals/journal-conformance.js";
export type { JournalConformanceOptions } from "./journals/options.js";
export { kvConformance } from "./kv/kv-conformance.js";
export type { KvConformanceOptions } from "./kv/options.js";
export type { FastCheck } from "./model/fast-check.js";
export { type KvModelTestOptions, kvModelTest } from "./model/kv-model-test.js";
export {
  assert,
  assertEqual,
  assertRejects,
  assertRejectsWith,
  ConformanceFailure,
} from "./runner/assertions.js";
export {
  type CaseResult,
  type CollectingRunner,
  type CollectingRunnerOptions,
  collectingRunner,
} from "./runner/collecting-runner.js";
export { type ManualClock, manualClock } from "./runner/manual-clock.js";
export {
  type ConformanceReport,
  conformanceReport,
  type DriverResults,
  type ReportRow,
} from "./runner/report.js";
export type { ConformanceCase, SuiteOptions, TestFunction } from "./runner/test-runner.js";
export type { TableConformanceOptions } from "./tables/options.js";
export { tableConformance } from "./tables/table-conformance.js";
