import type { BlobDriver } from "../blobs/driver.js";
import type { JournalDriver } from "../journal/journal.js";
import type { KvDriver } from "../kv/driver.js";
import type { Lifecycle } from "../lifecycle/lifecycle.js";
import type { StorageDrivers } from "./storage.js";

/**
 * The drivers as a confined storage uses them: every call is counted in the lifecycle of the storage that owns them, so
 * that closing that one waits for it, and is refused afterwards. Closing them does nothing.
 *
 * A count rather than a list of open children: a server may make a confined storage for every request and drop it.
 */
export function shareDrivers(drivers: StorageDrivers, lifecycle: Lifecycle): StorageDrivers {
  return {
    kv: shareKv(drivers.kv, lifecycle),
    blobs: shareBlobs(drivers.blobs, lifecycle),
    journals: shareJournals(drivers.journals, lifecycle),
  };
}

function shareKv(kv: KvDriver, lifecycle: Lifecycle): KvDriver {
  const watch = kv.watch?.bind(kv);
  return {
    name: kv.name,
    capabilities: kv.capabilities,
    read: (request, options) => lifecycle.run(options?.signal, () => kv.read(request, options)),
    commit: (commit, options) => lifecycle.run(options?.signal, () => kv.commit(commit, options)),
    ...(watch && {
      watch(keys, options) {
        lifecycle.assertOpen();
        return watch(keys, options);
      },
    }),
    close: async () => {},
  };
}

function shareBlobs(blobs: BlobDriver, lifecycle: Lifecycle): BlobDriver {
  return {
    name: blobs.name,
    capabilities: blobs.capabilities,
    put: (upload, options) => lifecycle.run(options?.signal, () => blobs.put(upload, options)),
    get: (scope, digest, range, options) =>
      lifecycle.run(options?.signal, () => blobs.get(scope, digest, range, options)),
    stat: (scope, digest, options) =>
      lifecycle.run(options?.signal, () => blobs.stat(scope, digest, options)),
    renew: (scope, digest, options) =>
      lifecycle.run(options?.signal, () => blobs.renew(scope, digest, options)),
    delete: (scope, digest, options) =>
      lifecycle.run(options?.signal, () => blobs.delete(scope, digest, options)),
    list(scope, after, options) {
      lifecycle.assertOpen();
      return blobs.list(scope, after, options);
    },
    scopes(options) {
      lifecycle.assertOpen();
      return blobs.scopes(options);
    },
    close: async () => {},
  };
}

function shareJournals(journals: JournalDriver, lifecycle: Lifecycle): JournalDriver {
  return {
    name: journals.name,
    open: (name, options) => lifecycle.run(options?.signal, () => journals.open(name, options)),
    list: (options) => lifecycle.run(options?.signal, () => journals.list(options)),
    delete: (name, options) => lifecycle.run(options?.signal, () => journals.delete(name, options)),
    close: async () => {},
  };
}
