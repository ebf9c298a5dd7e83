import type { BlobStore, CallOptions, Clock } from "@millwright/core";
import type { RunInfo } from "../runs/run-record.js";

/** What a run that is being written needs of where it goes: a storage, or a server that only takes. */
export interface RunHome {
  readonly storage: { readonly clock: Clock; readonly blobs: Pick<BlobStore, "put"> };
  /** What is known of a run that was stored. */
  get(id: string, options?: CallOptions): Promise<{ readonly value: RunInfo }>;
}
