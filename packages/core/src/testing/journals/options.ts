import type { JournalDriver, JournalDurability } from "../../journal/journal.js";
import type { SuiteOptions } from "../runner/test-runner.js";

/** How to run {@link journalConformance}. */
export interface JournalConformanceOptions extends SuiteOptions {
  /**
   * Opens the journals of a place: none for a new name, the same ones for a name that was opened before. Names are unique
   * over all runs, at most 24 of `a-z 0-9 _`, and begin with a letter. A driver that is not durable may ignore the name:
   * each place is then opened once.
   */
  readonly open: (place: string) => Promise<JournalDriver>;
  /** Whether journals are still there after the driver was closed and opened again. Default: false. */
  readonly durable?: boolean | undefined;
  /** What the driver can be opened with, the default first. Default: only `"memory"`. */
  readonly durabilities?: readonly JournalDurability[] | undefined;
  /**
   * Cuts the last frame of a closed journal somewhere in its middle, as a kill would. Without it, that case is not there.
   */
  readonly tear?: ((place: string, journal: string) => Promise<void>) | undefined;
  /** Changes bytes in the data of the second frame of a closed journal. Without it, that case is not there. */
  readonly damage?: ((place: string, journal: string) => Promise<void>) | undefined;
  /** Removes the data of a place, after its driver is closed. Default: nothing. */
  readonly remove?: ((place: string) => Promise<void>) | undefined;
}
