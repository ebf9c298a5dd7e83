import "fake-indexeddb/auto";
import { describe, test } from "vitest";
import { blobConformance, journalConformance, kvConformance } from "../testing/index.js";
import { indexedDbBlobs, indexedDbJournals, indexedDbKv } from "./index.js";

const shared = { shared: true, durable: true };
kvConformance({
  test,
  describe,
  capabilities: { ordered: true, ...shared },
  open: async (place) => indexedDbKv(place),
});
blobConformance({ test, describe, capabilities: shared, open: async (place) => indexedDbBlobs(place) });
journalConformance({ test, describe, durable: true, open: async (place) => indexedDbJournals(place) });
