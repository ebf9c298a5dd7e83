import { composeStorage, type Storage } from "@millwright/core";
import { memoryBlobs, memoryJournals, memoryKv } from "@millwright/core/memory";
import { serviceUrl } from "../../../../core/src/testing/test-support/services.js";
import { newLocalPlace, newServerPlace, openPlace, removePlace, type StoragePlace } from "./storage-place.js";

/** A storage that tests are run on. */
export interface TestBackend {
  /** Where it lies; `undefined` if no other process can open it. */
  readonly place: StoragePlace | undefined;
  /** Opens it; each opening sees what the others write. */
  open(): Promise<Storage>;
  /** Closes what was opened and removes everything. */
  remove(): Promise<void>;
}

/** The backends that tracking is proven on. Those that need a server are there if it is. */
export const backendNames = ["memory", "local", "redis", "postgres"] as const;

/** One of {@link backendNames}. */
export type BackendName = (typeof backendNames)[number];

/** Whether a backend can be had here. To be asked outside of tests, as it prints what is missing. */
export function isThere(name: BackendName): boolean {
  if (name === "memory" || name === "local") return true;
  if (name === "postgres") serviceUrl("s3");
  return serviceUrl(name) !== undefined;
}

/** A new, empty storage of a kind that is there. PostgreSQL has its blobs on S3 if that is there; Redis has them in files. */
export async function createBackend(name: BackendName): Promise<TestBackend> {
  if (name === "memory") return memoryBackend();
  const place =
    name === "local"
      ? newLocalPlace()
      : await newServerPlace(
          name,
          serviceUrl(name)!,
          name === "postgres" ? process.env.MILLWRIGHT_TEST_S3_URL : undefined,
        );
  const opened: Storage[] = [];
  return {
    place,
    async open() {
      const storage = await openPlace(place);
      opened.push(storage);
      return storage;
    },
    async remove() {
      for (const storage of opened) await storage.close();
      await removePlace(place);
    },
  };
}

/** Nobody but this process sees it, so all share one opening; namespaces can be closed alone. */
function memoryBackend(): TestBackend {
  const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), journals: memoryJournals() });
  return {
    place: undefined,
    open: async () => storage.namespace("shared"),
    remove: () => storage.close(),
  };
}
