import { coreError } from "../../errors/create.js";

/** What is used of a database of the package `lmdb`. Keys and values are bytes; reads copy. */
export interface LmdbDatabase {
  getBinary(key: Uint8Array): Uint8Array | undefined;
  /** The bytes are overwritten by the next read. */
  getBinaryFast(key: Uint8Array): Uint8Array | undefined;
  getRange(options: LmdbRange): Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>;
  getKeys(options: LmdbRange): Iterable<Uint8Array>;
  /** Inside of a transaction it happens at once. */
  put(key: Uint8Array, value: Uint8Array): unknown;
  remove(key: Uint8Array): unknown;
}

/** Bounds of a range: `start` is inclusive and `end` exclusive unless said otherwise; backwards, `start` is the larger one. */
export interface LmdbRange {
  readonly start: Uint8Array;
  readonly end?: Uint8Array;
  readonly reverse?: boolean;
  readonly exclusiveStart?: boolean;
  readonly inclusiveEnd?: boolean;
  readonly limit?: number;
}

/** What is used of an environment: one file with its databases. */
export interface LmdbEnvironment {
  openDB(options: LmdbDatabaseOptions & { readonly name: string }): LmdbDatabase;
  /** Runs `action` as the only writer, then makes its work durable. Whatever it throws undoes all. */
  transactionSync<T>(action: () => T): T;
  /** The next read sees what has been committed by now; until then no snapshot is held. */
  resetReadTxn(): void;
  readerCheck(): number;
  close(): Promise<void>;
}

/** How keys and values are encoded. */
export interface LmdbDatabaseOptions {
  readonly keyEncoding: "binary";
  readonly encoding: "binary";
  readonly cache: false;
}

/** What is used of the package. */
export interface Lmdb {
  open(options: LmdbDatabaseOptions & Record<string, unknown>): LmdbEnvironment;
}

/** Loads the package, which is an optional dependency. @throws {MillwrightError} `MISSING_DEPENDENCY` */
export async function loadLmdb(load: () => Promise<unknown> = () => import("lmdb")): Promise<Lmdb> {
  try {
    const loaded = (await load()) as { open?: unknown; default?: unknown };
    return (typeof loaded.open === "function" ? loaded : loaded.default) as Lmdb;
  } catch (cause) {
    throw coreError(
      "MISSING_DEPENDENCY",
      "local storage needs the package lmdb, which could not be loaded. Install it: npm install lmdb@3",
      { cause, details: { package: "lmdb" } },
    );
  }
}
