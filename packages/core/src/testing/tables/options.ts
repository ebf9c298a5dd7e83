import type { Storage } from "../../storage/storage.js";
import type { SuiteOptions } from "../runner/test-runner.js";

/** How to run {@link tableConformance}. */
export interface TableConformanceOptions extends SuiteOptions {
  /**
   * Opens tables: those of a storage, or of another implementation. Fresh for a new name, the same ones for a name that was
   * opened before. Names are unique over all runs, at most 24 of `a-z 0-9 _`, and begin with a letter.
   */
  readonly open: (place: string) => Promise<Pick<Storage, "tables" | "close">>;
  /** Whether a name can be opened again while it is open: writers are then spread over two. Default: false. */
  readonly shared?: boolean | undefined;
  /** Removes the data of a place, after all that was opened on it is closed. Default: nothing. */
  readonly remove?: ((place: string) => Promise<void>) | undefined;
  /** Writers that race in each case about concurrency. Default: 6. */
  readonly writers?: number | undefined;
}
