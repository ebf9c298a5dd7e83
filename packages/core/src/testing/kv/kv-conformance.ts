import type { KvDriverCapabilities } from "../../kv/driver.js";
import { type ConformanceCase, registerCases } from "../runner/test-runner.js";
import { type KvCase, withKvCase } from "./case-context.js";
import { commitCases, singleCheckCases } from "./checks.js";
import { concurrencyCases, singleKeyConcurrencyCases } from "./concurrency.js";
import { entryCases } from "./entries.js";
import { expiryCases, orderedExpiryCases } from "./expiry.js";
import { hintCases, orderedHintCases } from "./hints.js";
import { importCases, logCases } from "./logs.js";
import type { KvConformanceOptions } from "./options.js";
import { rangeCases } from "./ranges.js";
import { durableCases, sharedCases } from "./reopening.js";
import { orderedSetIfNewerCases, setIfNewerCases } from "./set-if-newer.js";
import { storeCases } from "./store/store-cases.js";

/**
 * The contract of `KvDriver`, as cases for a test runner: the driver's own calls, then the KvStore that core makes of
 * it, then the same in a namespace among others. The cases are chosen by the capabilities; each opens a store of its own.
 *
 * @example
 * ```ts
 * import { test } from "node:test";
 * import { memoryKv } from "@millwright/core/memory";
 * import { kvConformance } from "@millwright/core/testing";
 *
 * kvConformance({ test, open: async () => memoryKv() });
 * ```
 */
export function kvConformance(options: KvConformanceOptions): void {
  const capabilities = { ordered: true, shared: false, durable: false, ...options.capabilities };
  registerCases("KvDriver", casesFor(capabilities), options, (run) => withKvCase(options, capabilities, run));
}

function casesFor(capabilities: KvDriverCapabilities): ConformanceCase<KvCase>[] {
  const { ordered, shared, durable } = capabilities;
  const cases = [
    ...entryCases,
    ...singleCheckCases,
    ...setIfNewerCases,
    ...expiryCases,
    ...singleKeyConcurrencyCases,
    ...hintCases,
  ];
  if (shared) cases.push(...sharedCases);
  if (!ordered) return [...cases, ...storeCases(capabilities)];
  cases.push(...commitCases, ...rangeCases, ...orderedSetIfNewerCases, ...orderedExpiryCases, ...logCases);
  cases.push(...importCases, ...concurrencyCases, ...orderedHintCases);
  if (durable) cases.push(...durableCases);
  return [...cases, ...storeCases(capabilities)];
}
