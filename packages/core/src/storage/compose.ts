import { createBlobStore } from "../blobs/create-blob-store.js";
import type { BlobDriver } from "../blobs/driver.js";
import { coreError, invalidArgument } from "../errors/create.js";
import type { JournalDriver } from "../journal/journal.js";
import { createKvStore } from "../kv/create-kv-store.js";
import type { KvDriver } from "../kv/driver.js";
import { createLifecycle, type Lifecycle } from "../lifecycle/lifecycle.js";
import { createTableStore } from "../tables/create-table-store.js";
import type { Tracer } from "../telemetry/telemetry.js";
import { type Clock, systemClock } from "../time/clock.js";
import { defaultNamespace, parseNamespace } from "./namespace.js";
import { shareDrivers } from "./shared-drivers.js";
import type { Storage, StorageDrivers } from "./storage.js";

/** What a storage is made of. */
export interface ComposeStorageOptions {
  readonly kv: KvDriver;
  readonly blobs: BlobDriver;
  /** Default: none; opening a journal is then refused with `UNSUPPORTED`. */
  readonly journals?: JournalDriver | undefined;
  /** Default: the host's clock. */
  readonly clock?: Clock | undefined;
  readonly tracer?: Tracer | undefined;
}

/**
 * A storage of drivers of your choice, in the namespace `"default"`. It owns the drivers from now on and closes them;
 * clients that were given to the drivers stay yours.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if a driver is missing
 *
 * @example
 * ```ts
 * import { composeStorage } from "@millwright/core";
 * import { memoryBlobs, memoryJournals, memoryKv } from "@millwright/core/memory";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), journals: memoryJournals() });
 * const team = storage.namespace("team-a");
 * await team.kv.atomic().set(["greeting"], "hello").commit();
 * console.log(await storage.kv.get(["greeting"])); // undefined: another namespace
 * await storage.close();
 * ```
 */
export function composeStorage(options: ComposeStorageOptions): Storage {
  if (typeof options.kv?.commit !== "function")
    throw invalidArgument("kv", "give a KvDriver, such as memoryKv()");
  if (typeof options.blobs?.put !== "function")
    throw invalidArgument("blobs", "give a BlobDriver, such as memoryBlobs()");
  const drivers: StorageDrivers = {
    kv: options.kv,
    blobs: options.blobs,
    journals: options.journals ?? noJournals(),
  };
  const clock = options.clock ?? systemClock();
  const children = createLifecycle(`the storage over ${drivers.kv.name}`);
  const shared = shareDrivers(drivers, children);
  return confine(defaultNamespace, { drivers, shared, children, clock, tracer: options.tracer }, true);
}

interface Family {
  readonly drivers: StorageDrivers;
  readonly shared: StorageDrivers;
  readonly children: Lifecycle;
  readonly clock: Clock;
  readonly tracer: Tracer | undefined;
}

function confine(name: string, family: Family, owner: boolean): Storage {
  const { clock, tracer } = family;
  const drivers = owner ? family.drivers : family.shared;
  const kv = createKvStore(drivers.kv, { namespace: name, clock, tracer, ownsDriver: false });
  const blobs = createBlobStore(drivers.blobs, { scope: name, kv, clock, ownsDriver: false });
  const tables = createTableStore({ kv, blobs, clock });
  const lifecycle = createLifecycle(`the storage over ${drivers.kv.name}`);
  const close = (): Promise<void> =>
    lifecycle.close(async () => {
      await releaseAll([() => tables.close(), () => blobs.close(), () => kv.close()]);
      if (owner) await family.children.close(() => closeDrivers(drivers));
    });
  return {
    namespaceName: name,
    kv,
    blobs,
    tables,
    journals: drivers.journals,
    clock,
    drivers,
    namespace(other) {
      lifecycle.assertOpen();
      return confine(parseNamespace(other), family, false);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function closeDrivers({ kv, blobs, journals }: StorageDrivers): Promise<void> {
  return releaseAll([() => journals.close(), () => blobs.close(), () => kv.close()]);
}

/** Releases everything, whatever fails on the way, then reports the first failure. */
async function releaseAll(releases: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const release of releases) await release().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

function noJournals(): JournalDriver {
  const refuse = (): Promise<never> =>
    Promise.reject(
      coreError(
        "UNSUPPORTED",
        "this storage has no journals; compose it with some, such as memoryJournals()",
      ),
    );
  return {
    name: "none",
    open: refuse,
    list: async () => [],
    delete: async () => false,
    close: async () => {},
  };
}
