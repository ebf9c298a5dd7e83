import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { DriverSuites } from "../../testing/test-support/report/suites.js";
import { localBlobs, localJournals, localKv, openLocalStorage } from "../index.js";
import { damageSegment, tearSegment } from "./segments.js";

/** The suites of local storage, each place a directory below `root`. */
export function localSuites(root: string): DriverSuites {
  const directory = (place: string): string => join(root, place);
  const remove = (place: string): Promise<void> => rm(directory(place), { recursive: true, force: true });
  const capabilities = { shared: true, durable: true };
  return {
    kv: {
      remove,
      capabilities: { ordered: true, ...capabilities },
      open: (place) => localKv(directory(place)),
    },
    blobs: { remove, capabilities, open: (place) => localBlobs(directory(place)) },
    journals: {
      remove,
      durable: true,
      durabilities: ["journal", "fsync"],
      tear: (place, journal) => tearSegment(directory(place), journal),
      damage: (place, journal) => damageSegment(directory(place), journal),
      open: (place) => localJournals(directory(place)),
    },
    tables: { remove, shared: true, open: (place) => openLocalStorage(directory(place)) },
    faults: {
      remove,
      open: async (place) => ({
        kv: await localKv(directory(place)),
        blobs: await localBlobs(directory(place)),
      }),
    },
    model: { remove, open: (place) => localKv(directory(place)) },
  };
}
