import { abortable, type CallOptions } from "../cancellation/abort.js";
import { pooledRandom } from "../identity/identifier.js";
import { createLifecycle } from "../lifecycle/lifecycle.js";
import type { Tracer } from "../telemetry/telemetry.js";
import { type Clock, systemClock } from "../time/clock.js";
import { Atomic } from "./atomic.js";
import type { KvContext, RetryPolicy } from "./context.js";
import type { KvDriver } from "./driver.js";
import { encodeKey, type Key } from "./key.js";
import type { KvEntry, KvListing, KvListOptions, KvSelector, KvStore, KvWatchOptions } from "./kv-store.js";
import { createListing } from "./list.js";
import { readKey, readKeys } from "./read.js";
import { watchKeys } from "./watch.js";

/** How to make a KvStore of a driver. */
export interface KvStoreOptions {
  /** Confines the store to keys behind this part. Default: none, the whole driver. */
  readonly namespace?: string | undefined;
  readonly clock?: Clock | undefined;
  /** For calls that failed with nothing applied. Default: 4 calls, from 20 ms. */
  readonly retry?: RetryPolicy | undefined;
  /** Whether `close` closes the driver. Default: true. */
  readonly ownsDriver?: boolean | undefined;
  readonly tracer?: Tracer | undefined;
}

/**
 * The KvStore over a driver: keys and values encoded, limits enforced, lost replies settled, `UNAVAILABLE` tried again.
 * Most programs use the `kv` of a `Storage` instead.
 */
export function createKvStore(driver: KvDriver, options: KvStoreOptions = {}): KvStore {
  const context: KvContext = {
    driver,
    namespace:
      options.namespace === undefined ? new Uint8Array() : encodeKey([options.namespace], "namespace"),
    clock: options.clock ?? systemClock(),
    lifecycle: createLifecycle(driver.name),
    random: pooledRandom(),
    tracer: options.tracer,
    retry: { attempts: options.retry?.attempts ?? 4, pause: options.retry?.pause ?? 20_000 },
  };
  const ownsDriver = options.ownsDriver ?? true;
  const close = (): Promise<void> =>
    context.lifecycle.close(async () => {
      if (ownsDriver) await driver.close();
    });
  return {
    ordered: driver.capabilities.ordered,
    get: (key: Key, call: CallOptions = {}): Promise<KvEntry | undefined> =>
      abortable(
        context.lifecycle.run(call.signal, () => readKey(context, key, call.signal)),
        call.signal,
      ),
    getMany: (keys: readonly Key[], call: CallOptions = {}): Promise<(KvEntry | undefined)[]> =>
      abortable(
        context.lifecycle.run(call.signal, () => readKeys(context, keys, call.signal)),
        call.signal,
      ),
    list(selector: KvSelector, list: KvListOptions = {}): KvListing {
      context.lifecycle.assertOpen();
      return createListing(context, selector, list);
    },
    watch: (keys: readonly Key[], watch: KvWatchOptions = {}) => watchKeys(context, keys, watch),
    atomic: () => new Atomic(context),
    close,
    [Symbol.asyncDispose]: close,
  };
}
