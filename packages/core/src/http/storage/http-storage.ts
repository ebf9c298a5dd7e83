import type { BlobDriver } from "../../blobs/driver.js";
import type { JournalDriver } from "../../journal/journal.js";
import { memoryJournals } from "../../memory/memory-journals.js";
import { composeStorage } from "../../storage/compose.js";
import type { Storage } from "../../storage/storage.js";
import type { Tracer } from "../../telemetry/telemetry.js";
import type { Clock } from "../../time/clock.js";
import { httpBlobs } from "./http-blobs.js";
import { type HttpKvOptions, httpKv } from "./http-kv.js";

/** How to make a storage over HTTP. */
export interface HttpStorageOptions extends HttpKvOptions {
  /** Blobs that are reached another way, such as `s3Blobs`. Default: over the same server. */
  readonly blobs?: BlobDriver | undefined;
  /** Journals are local by nature. Default: in memory; pass `localJournals` to survive a restart. */
  readonly journals?: JournalDriver | undefined;
  readonly clock?: Clock | undefined;
  readonly tracer?: Tracer | undefined;
}

/**
 * A storage that another process serves with {@link storageHandler}. For trusted services: it has the whole contract, so
 * every station works on it.
 *
 * @example
 * ```ts
 * import { httpStorage } from "@millwright/core/http";
 *
 * const storage = httpStorage({ url: "https://storage.internal", headers: { authorization: "Bearer s3cret" } });
 * ```
 */
export function httpStorage(options: HttpStorageOptions): Storage {
  return composeStorage({
    kv: httpKv(options),
    blobs: options.blobs ?? httpBlobs(options),
    journals: options.journals ?? memoryJournals(),
    clock: options.clock,
    tracer: options.tracer,
  });
}
