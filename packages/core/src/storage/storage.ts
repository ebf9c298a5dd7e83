import type { BlobStore } from "../blobs/blob-store.js";
import type { BlobDriver } from "../blobs/driver.js";
import type { JournalDriver } from "../journal/journal.js";
import type { KvDriver } from "../kv/driver.js";
import type { KvStore } from "../kv/kv-store.js";
import type { TableStore } from "../tables/table-store.js";
import type { Clock } from "../time/clock.js";

/** The drivers under a storage. Tools that copy or back up whole storages work on them; stations never do. */
export interface StorageDrivers {
  readonly kv: KvDriver;
  readonly blobs: BlobDriver;
  readonly journals: JournalDriver;
}

/**
 * The ports together, for one namespace. Keys, tables, blobs and references of one namespace are out of reach of every
 * other; equal blobs of two namespaces are stored twice, so that nobody learns what others have.
 */
export interface Storage extends AsyncDisposable {
  /** The namespace that this storage is confined to. The first one is `"default"`. */
  readonly namespaceName: string;
  readonly kv: KvStore;
  readonly blobs: BlobStore;
  readonly tables: TableStore;
  /** Journals are local to this machine and are not divided by namespace: their names carry it. */
  readonly journals: JournalDriver;
  readonly clock: Clock;
  readonly drivers: StorageDrivers;
  /** The same drivers, confined to another namespace. Closing it leaves the drivers open. */
  namespace(name: string): Storage;
  /** Lets calls in flight end, then closes all drivers, if this storage is the one that was opened. Idempotent. */
  close(): Promise<void>;
}
