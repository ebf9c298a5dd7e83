import { coreError, messageOf } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";

/** The object stores of a database. All drivers of a name share one database, each by a connection of its own. */
export type StoreName = "entries" | "blobs" | "chunks" | "uploads" | "journals" | "frames";

const storeNames: readonly StoreName[] = ["entries", "blobs", "chunks", "uploads", "journals", "frames"];

/** Raised when the layout changes; `onupgradeneeded` then brings an older database up. */
const layoutVersion = 1;

/** The index of entries by their deadlines. */
export const expiryIndex = "expiresAt";

/** A database that is opened when it is first used, and again after the browser or another tab has closed it. */
export interface Database {
  readonly name: string;
  /**
   * Runs requests in one transaction and waits until it is complete. `body` must await nothing but requests of the
   * transaction. A write is acknowledged with durability `strict`: when it is on the disk.
   */
  transaction<T>(
    stores: readonly StoreName[],
    mode: "readonly" | "readwrite",
    body: (store: (name: StoreName) => IDBObjectStore) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** @throws {MillwrightError} `UNSUPPORTED` where the host has no IndexedDB */
export function createDatabase(name: string): Database {
  if (typeof indexedDB === "undefined") {
    throw coreError(
      "UNSUPPORTED",
      "this host has no IndexedDB; use memory drivers, or local storage on a server",
    );
  }
  let opening: Promise<IDBDatabase> | undefined;

  function connect(): Promise<IDBDatabase> {
    opening ??= open(name, () => (opening = undefined)).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  return {
    name,
    async transaction(stores, mode, body) {
      try {
        return await run(await connect(), stores, mode, body);
      } catch (error) {
        throw storageError(error, name);
      }
    },
    async close() {
      const connection = opening;
      opening = undefined;
      (await connection?.catch(() => undefined))?.close();
    },
  };
}

function open(name: string, onLost: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, layoutVersion);
    request.onupgradeneeded = () => {
      const { result: database } = request;
      for (const store of storeNames) {
        if (database.objectStoreNames.contains(store)) continue;
        const created = database.createObjectStore(store);
        if (store === "entries") created.createIndex(expiryIndex, "expiresAt");
      }
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const { result: database } = request;
      // Another tab wants to upgrade or delete the database; it would wait for this one for ever.
      database.onversionchange = () => {
        database.close();
        onLost();
      };
      database.onclose = onLost;
      if (storeNames.every((store) => database.objectStoreNames.contains(store))) return resolve(database);
      database.close();
      reject(
        coreError(
          "FOREIGN_DATA",
          `the IndexedDB database ${JSON.stringify(name)} is another program's; choose another name`,
        ),
      );
    };
  });
}

async function run<T>(
  database: IDBDatabase,
  stores: readonly StoreName[],
  mode: "readonly" | "readwrite",
  body: (store: (name: StoreName) => IDBObjectStore) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction(stores, mode, { durability: "strict" });
  const completed = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException("The transaction was aborted.", "AbortError"));
  });
  completed.catch(() => {});
  let result: T;
  try {
    result = await body((name) => transaction.objectStore(name));
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // It has ended by itself; its own error says more.
    }
    await completed.catch((reason: unknown) => {
      if (isQuota(reason)) throw reason;
    });
    throw error;
  }
  await completed;
  return result;
}

/** The result of a request. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function isQuota(error: unknown): boolean {
  return (error as { name?: unknown } | null)?.name === "QuotaExceededError";
}

/** The error of a driver. A transaction that failed has applied nothing. */
function storageError(error: unknown, database: string): unknown {
  if (MillwrightError.is(error)) return error;
  const where = `the IndexedDB database ${JSON.stringify(database)}`;
  if (isQuota(error)) {
    return coreError(
      "STORAGE_FULL",
      `${where} has reached the quota of this origin; delete data, or ask for persistent storage`,
      {
        cause: error,
      },
    );
  }
  const name = (error as { name?: unknown } | null)?.name;
  if (name === "VersionError") {
    return coreError(
      "FORMAT_TOO_NEW",
      `${where} was written by a newer release; load the newer version of the page`,
      { cause: error },
    );
  }
  if (name === "SecurityError") {
    return coreError("PERMISSION_DENIED", `${where} may not be used here: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const retryable = name === "AbortError" || name === "InvalidStateError";
  if (name === "DataCloneError" || name === "DataError" || name === "TypeError") {
    return coreError("INTERNAL", `${where} refused a request: ${messageOf(error)}`, { cause: error });
  }
  return coreError("UNAVAILABLE", `${where} failed: ${messageOf(error)}`, { cause: error, retryable });
}
