import { describe, test } from "vitest";
import { blobConformance, journalConformance, kvConformance } from "../testing/index.js";
import { memoryBlobs, memoryJournals, memoryKv } from "./index.js";

const unordered = { ordered: false };

describe("memory", () => {
  kvConformance({ test, describe, open: async () => memoryKv() });
  blobConformance({ test, describe, open: async () => memoryBlobs() });
  journalConformance({ test, describe, open: async () => memoryJournals() });
});
describe("memory, unordered", () => {
  kvConformance({ test, describe, open: async () => memoryKv(unordered), capabilities: unordered });
});
