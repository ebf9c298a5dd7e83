import { registerCases } from "../runner/test-runner.js";
import { withTableCase } from "./case-context.js";
import type { TableConformanceOptions } from "./options.js";
import { rewriteCases } from "./rewriting.js";
import { scanCases } from "./scanning.js";

/**
 * The contract of `TableStore`, as cases for a test runner: over a storage composed of any drivers, or over another
 * implementation.
 *
 * @example
 * ```ts
 * import { test } from "node:test";
 * import { composeStorage } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 * import { tableConformance } from "@millwright/core/testing";
 *
 * tableConformance({ test, open: async () => composeStorage({ kv: memoryKv(), blobs: memoryBlobs() }) });
 * ```
 */
export function tableConformance(options: TableConformanceOptions): void {
  registerCases("TableStore", [...scanCases, ...rewriteCases], options, (run) => withTableCase(options, run));
}
