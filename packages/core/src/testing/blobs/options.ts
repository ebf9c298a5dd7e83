import type { BlobDriver, BlobDriverCapabilities } from "../../blobs/driver.js";
import type { SuiteOptions } from "../runner/test-runner.js";

/** How to run {@link blobConformance}. */
export interface BlobConformanceOptions extends SuiteOptions {
  /**
   * Opens the blobs of a place: none for a new name, the same ones for a name that was opened before. Names are unique over
   * all runs, at most 24 of `a-z 0-9 _`, and begin with a letter. A driver that is neither shared nor durable may ignore the
   * name: each place is then opened once.
   */
  readonly open: (place: string) => Promise<BlobDriver>;
  /** What the driver declares; the cases are chosen by it. Default: neither shared nor durable. */
  readonly capabilities?: Partial<BlobDriverCapabilities> | undefined;
  /** Removes the data of a place, after all of its drivers are closed. Default: nothing. */
  readonly remove?: ((place: string) => Promise<void>) | undefined;
  /** Blobs that a long listing has; more than one page of the backend. Default: 150. */
  readonly listed?: number | undefined;
  /** Bytes of the largest blob: more than the backend takes in one part. Default: 6 MiB and one. */
  readonly largest?: number | undefined;
}
