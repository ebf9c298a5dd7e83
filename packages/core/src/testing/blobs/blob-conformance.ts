import { registerCases } from "../runner/test-runner.js";
import { withBlobCase } from "./case-context.js";
import { contentCases } from "./content.js";
import { lifetimeCases } from "./lifetime.js";
import type { BlobConformanceOptions } from "./options.js";
import { blobStoreCases } from "./store-cases.js";
import { durableBlobCases, sharedBlobCases, visibilityCases } from "./visibility.js";

/**
 * The contract of `BlobDriver`, as cases for a test runner: the driver's own calls, then the BlobStore that core makes of
 * it. Each case opens blobs of its own.
 *
 * @example
 * ```ts
 * import { test } from "node:test";
 * import { memoryBlobs } from "@millwright/core/memory";
 * import { blobConformance } from "@millwright/core/testing";
 *
 * blobConformance({ test, open: async () => memoryBlobs() });
 * ```
 */
export function blobConformance(options: BlobConformanceOptions): void {
  const capabilities = { shared: false, durable: false, ...options.capabilities };
  const cases = [...contentCases, ...lifetimeCases, ...visibilityCases, ...blobStoreCases];
  if (capabilities.shared) cases.push(...sharedBlobCases);
  if (capabilities.durable) cases.push(...durableBlobCases);
  registerCases("BlobDriver", cases, options, (run) => withBlobCase(options, capabilities, run));
}
