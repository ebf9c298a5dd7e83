import type { BlobInfo, BlobSource, CallOptions } from "@millwright/core";
import type { PlacedOperation } from "../operations/operation.js";

/** An operation that can never be applied, and why. Those behind it are applied all the same. */
export interface RefusedOperation {
  readonly sequence: number;
  readonly run: string;
  readonly error: unknown;
}

/** Where operations go: a storage, a server. Applying an operation twice is applying it once. */
export interface OperationSink {
  /** The sequence up to which operations of a journal have been applied; 0 if none has. */
  appliedSequence(journal: string, options?: CallOptions): Promise<number>;
  /** The runs that a journal has begun or gone on with, and not ended, where that is known. */
  openRuns?(journal: string, options?: CallOptions): Promise<readonly string[]>;
  /**
   * Applies operations of a journal, in their order, and gives those that were refused. Those that have been applied already are
   * passed over. What throws may have applied a part; the call is repeated then.
   */
  apply(
    journal: string,
    operations: readonly PlacedOperation[],
    options?: CallOptions,
  ): Promise<RefusedOperation[]>;
}

/** Somewhere that takes all that runs write, and need not give anything back: a server. */
export interface RecordingSink extends OperationSink {
  /** Names where it leads: what a journal holds for one name is never sent to another. */
  readonly name: string;
  /** Stores content before the operation that refers to it. */
  storeContent(source: BlobSource, options?: CallOptions): Promise<BlobInfo>;
}
