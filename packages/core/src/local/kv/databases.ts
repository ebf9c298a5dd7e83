import type { LmdbDatabase } from "./lmdb.js";

/** The databases of one environment. */
export interface LocalDatabases {
  readonly entries: LmdbDatabase;
  /** Which entries end when: see `rememberExpiry`. */
  readonly expiry: LmdbDatabase;
}
