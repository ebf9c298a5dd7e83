import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localSuites } from "../../../local/test-support/local-suites.js";
import { memoryBlobs, memoryJournals, memoryKv } from "../../../memory/index.js";
import { composeStorage } from "../../../storage/compose.js";
import { runSuites, type SuiteResults } from "./suites.js";

/** The suites over memory. */
export function runMemory(): Promise<SuiteResults> {
  const unordered = { ordered: false };
  return runSuites({
    kv: { open: async () => memoryKv() },
    unorderedKv: { capabilities: unordered, open: async () => memoryKv(unordered) },
    blobs: { open: async () => memoryBlobs() },
    journals: { open: async () => memoryJournals() },
    tables: { open: async () => composeStorage({ kv: memoryKv(), blobs: memoryBlobs() }) },
    faults: { open: async () => ({ kv: memoryKv(), blobs: memoryBlobs() }) },
    model: { open: async () => memoryKv() },
  });
}

/** The suites over directories of this machine. */
export async function runLocal(): Promise<SuiteResults> {
  const root = await mkdtemp(join(tmpdir(), "millwright-conformance-"));
  try {
    return await runSuites(localSuites(root));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
