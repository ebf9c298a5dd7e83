import { describe, test } from "vitest";
import { composeStorage } from "../storage/compose.js";
import { blobConformance, journalConformance, kvConformance, tableConformance } from "../testing/index.js";
import { memoryBlobs, memoryJournals, memoryKv } from "./index.js";

const unordered = { ordered: false };

describe("memory", () => {
  kvConformance({ test, describe, open: async () => memoryKv() });
  blobConformance({ test, describe, open: async () => memoryBlobs() });
  journalConformance({ test, describe, open: async () => memoryJournals() });
  tableConformance({
    test,
    describe,
    open: async () => composeStorage({ kv: memoryKv(), blobs: memoryBlobs() }),
  });
});
describe("memory, unordered", () => {
  kvConformance({ test, describe, open: async () => memoryKv(unordered), capabilities: unordered });
});
