import type { KvDriver, KvDriverCapabilities } from "../../kv/driver.js";
import type { SuiteOptions } from "../runner/test-runner.js";

/** How to run {@link kvConformance}. */
export interface KvConformanceOptions extends SuiteOptions {
  /**
   * Opens the store of a place: fresh and empty for a new name, the same data for one that was opened before. Names are
   * unique over all runs, at most 24 of `a-z 0-9 _`, and begin with a letter. A driver that is neither shared nor durable
   * may ignore the name: each place is then opened once.
   */
  readonly open: (place: string) => Promise<KvDriver>;
  /**
   * What the driver declares: the cases are chosen by it, and the first one checks that the driver says the same.
   * Default: ordered, neither shared nor durable.
   */
  readonly capabilities?: Partial<KvDriverCapabilities> | undefined;
  /** Removes the data of a place, after all of its drivers are closed. Default: nothing. */
  readonly remove?: ((place: string) => Promise<void>) | undefined;
  /** Committers that race in each case about concurrency. Default: 8. */
  readonly writers?: number | undefined;
  /** Commits of each of them. Default: 10. */
  readonly rounds?: number | undefined;
}
