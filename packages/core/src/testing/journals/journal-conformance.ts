import { registerCases } from "../runner/test-runner.js";
import { withJournalCase } from "./case-context.js";
import { frameCases } from "./frames.js";
import { damagedCases, durableJournalCases, handleCases, tornCases } from "./handles.js";
import type { JournalConformanceOptions } from "./options.js";

/**
 * The contract of `JournalDriver` and `Journal`, as cases for a test runner.
 *
 * @example
 * ```ts
 * import { test } from "node:test";
 * import { memoryJournals } from "@millwright/core/memory";
 * import { journalConformance } from "@millwright/core/testing";
 *
 * journalConformance({ test, open: async () => memoryJournals() });
 * ```
 */
export function journalConformance(options: JournalConformanceOptions): void {
  const cases = [...handleCases, ...frameCases];
  if (options.durable) cases.push(...durableJournalCases);
  if (options.tear !== undefined) cases.push(...tornCases);
  if (options.damage !== undefined) cases.push(...damagedCases);
  registerCases("JournalDriver", cases, options, (run) => withJournalCase(options, run));
}
