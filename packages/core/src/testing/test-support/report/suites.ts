import fastCheck from "fast-check";
import {
  type BlobConformanceOptions,
  blobConformance,
  type CaseResult,
  collectingRunner,
  type FaultConformanceOptions,
  faultConformance,
  type JournalConformanceOptions,
  journalConformance,
  type KvConformanceOptions,
  type KvModelTestOptions,
  kvConformance,
  kvModelTest,
  type SuiteOptions,
  type TableConformanceOptions,
  tableConformance,
} from "../../index.js";

type Without<Options> = Omit<Options, "test" | "describe" | "fastCheck">;

/** What each suite opens for one driver; a suite that is absent is not one for it. */
export interface DriverSuites {
  readonly kv?: Without<KvConformanceOptions>;
  readonly unorderedKv?: Without<KvConformanceOptions>;
  readonly blobs?: Without<BlobConformanceOptions>;
  readonly journals?: Without<JournalConformanceOptions>;
  readonly tables?: Without<TableConformanceOptions>;
  readonly faults?: Without<FaultConformanceOptions>;
  readonly model?: Without<KvModelTestOptions>;
}

export type SuiteName = keyof DriverSuites;

/** In the order of the report. */
export const suiteNames: readonly SuiteName[] = [
  "kv",
  "unorderedKv",
  "blobs",
  "journals",
  "tables",
  "faults",
  "model",
];

/** The results of the suites that a driver has. */
export type SuiteResults = Partial<Record<SuiteName, CaseResult[]>>;

/** Hands one suite of a driver, where it has that one, to a test runner. */
export function registerSuite(
  name: SuiteName,
  suites: DriverSuites,
  runner: Pick<SuiteOptions, "test" | "describe">,
): void {
  const { kv, unorderedKv, blobs, journals, tables, faults, model } = suites;
  if (name === "kv" && kv) kvConformance({ ...kv, ...runner });
  if (name === "unorderedKv" && unorderedKv) kvConformance({ ...unorderedKv, ...runner });
  if (name === "blobs" && blobs) blobConformance({ ...blobs, ...runner });
  if (name === "journals" && journals) journalConformance({ ...journals, ...runner });
  if (name === "tables" && tables) tableConformance({ ...tables, ...runner });
  if (name === "faults" && faults) faultConformance({ ...faults, ...runner });
  if (name === "model" && model) kvModelTest({ ...model, fastCheck, ...runner });
}

/** Runs all suites of a driver, one after the other. */
export async function runSuites(suites: DriverSuites): Promise<SuiteResults> {
  const results: SuiteResults = {};
  for (const name of suiteNames) {
    if (suites[name] === undefined) continue;
    const runner = collectingRunner();
    registerSuite(name, suites, runner);
    results[name] = await runner.run();
  }
  return results;
}
