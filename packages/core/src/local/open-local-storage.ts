import type { BlobDriver } from "../blobs/driver.js";
import type { CallOptions } from "../cancellation/abort.js";
import type { JournalDriver } from "../journal/journal.js";
import type { KvDriver } from "../kv/driver.js";
import { composeStorage } from "../storage/compose.js";
import type { Storage } from "../storage/storage.js";
import type { Tracer } from "../telemetry/telemetry.js";
import type { Clock } from "../time/clock.js";
import { openBlobs } from "./blobs/local-blobs.js";
import { openLocalDirectory } from "./directory/local-directory.js";
import type { FileSystemProbe } from "./directory/network-file-system.js";
import { openJournals } from "./journals/local-journals.js";
import { loadLmdb } from "./kv/lmdb.js";
import { openKv } from "./kv/local-kv.js";

/** How to open local storage. */
export interface LocalStorageOptions extends CallOptions {
  /** Default: the host's clock. */
  readonly clock?: Clock | undefined;
  readonly tracer?: Tracer | undefined;
  /** See {@link LocalDriverOptions.verify}. */
  readonly verify?: boolean | undefined;
}

/** How to open one local driver. */
export interface LocalDriverOptions extends CallOptions {
  /** Tells what file system a path is on. Default: the operating system's `statfs`. */
  readonly probe?: FileSystemProbe | undefined;
  /**
   * Whether the whole file of keys is looked at before it is used, so that damage is `CORRUPT` here and not a crash later. About
   * a second for each gigabyte. Default: only files up to 16 MiB are.
   */
  readonly verify?: boolean | undefined;
}

/**
 * Opens a directory as storage: the embedded default. It is made if it is absent or empty. Several processes, and several
 * openings and threads of one, may have it open at once, each to be closed. What was acknowledged survives `kill -9` and
 * power loss. No server is needed.
 *
 * A commit waits for the disk on the calling thread, a fraction of a millisecond on most; commits that are made in one turn
 * of the event loop share that wait. Reads never wait.
 *
 * @throws {MillwrightError} `FOREIGN_DATA` if the directory holds something else; `FORMAT_TOO_NEW`; `CORRUPT`; `READ_ONLY`
 *   and `PERMISSION_DENIED` where it cannot be written; `STORAGE_FULL`; `UNSUPPORTED` on a network file system;
 *   `MISSING_DEPENDENCY` without the package lmdb
 *
 * @example
 * ```ts
 * import { openLocalStorage } from "@millwright/core/local";
 *
 * const storage = await openLocalStorage("./millwright");
 * await storage.kv.atomic().set(["greeting"], "hello").commit();
 * console.log((await storage.kv.get(["greeting"]))?.value); // hello
 * await storage.close();
 * ```
 */
export async function openLocalStorage(
  directory: string,
  options: LocalStorageOptions = {},
): Promise<Storage> {
  const { clock, tracer, signal, verify } = options;
  const kv = await localKv(directory, { signal, verify });
  try {
    const blobs = await localBlobs(directory, { signal });
    const journals = await localJournals(directory, { signal });
    return composeStorage({ kv, blobs, journals, clock, tracer });
  } catch (error) {
    await kv.close();
    throw error;
  }
}

/**
 * The KvDriver of a local directory, to be composed with other drivers. Throws as {@link openLocalStorage} does.
 *
 * @example
 * ```ts
 * import { composeStorage } from "@millwright/core";
 * import { localBlobs, localKv } from "@millwright/core/local";
 *
 * const storage = composeStorage({ kv: await localKv("./fast-disk"), blobs: await localBlobs("./large-disk") });
 * await storage.close();
 * ```
 */
export async function localKv(directory: string, options: LocalDriverOptions = {}): Promise<KvDriver> {
  options.signal?.throwIfAborted();
  const lmdb = await loadLmdb();
  return openKv(await openLocalDirectory(directory, options), lmdb, options.verify);
}

/** The BlobDriver of a local directory: a file for each blob. Throws as {@link openLocalStorage} does. */
export async function localBlobs(directory: string, options: LocalDriverOptions = {}): Promise<BlobDriver> {
  options.signal?.throwIfAborted();
  return openBlobs(await openLocalDirectory(directory, options));
}

/** The JournalDriver of a local directory. Throws as {@link openLocalStorage} does. */
export async function localJournals(
  directory: string,
  options: LocalDriverOptions = {},
): Promise<JournalDriver> {
  options.signal?.throwIfAborted();
  return openJournals(await openLocalDirectory(directory, options));
}
