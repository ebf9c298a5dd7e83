import type { CallOptions } from "../cancellation/abort.js";

/** A frame with its place in the journal. */
export interface JournalFrame {
  /** Whole numbers from 1, without gaps. */
  readonly sequence: number;
  readonly data: Uint8Array;
}

/**
 * A local append-only file of frames: what must not block writes here first, and is moved on from here. One writer at a
 * time; a second one is refused with `CONFLICT`.
 *
 * A journal that ends in a torn frame, because its writer was killed, is read up to the last whole frame, and goes on
 * from there. A damaged frame before that is `CORRUPT`, never skipped.
 */
export interface Journal extends AsyncDisposable {
  /** A random identity that the journal keeps for life; with a sequence it names a frame for ever. 32 hex digits. */
  readonly id: string;
  /** Sequence of the last frame appended; 0 if none was. */
  readonly lastSequence: number;
  /** What is true once `append` has returned: see {@link JournalDurability}. */
  readonly durability: JournalDurability;
  /**
   * Adds a frame and returns its sequence at once. A failure of an earlier write is thrown here or by `sync`,
   * whichever comes first, and by every later call.
   *
   * @throws {MillwrightError} `STORAGE_FULL`, `LIMIT_EXCEEDED` (a frame is at most 16 MiB), `CLOSED`
   */
  append(data: Uint8Array): number;
  /**
   * Hands what was appended to the operating system now, so that a killed process loses none of it. For whoever gathers frames
   * over a window of its own. Without effect where frames are in memory, or on their way already. Throws as `append` does.
   */
  flush(): void;
  /** Resolves once every frame appended so far survives `kill -9` and, on a disk, power loss. */
  sync(options?: CallOptions): Promise<void>;
  /** Frames from a sequence (default: the first that is left) to the last one at the time of the call. */
  read(from?: number, options?: CallOptions): AsyncIterable<JournalFrame>;
  /** Gives up frames before a sequence. Space is reclaimed in whole segments. */
  truncate(before: number, options?: CallOptions): Promise<void>;
  /** Syncs, then releases the journal. */
  close(): Promise<void>;
}

/**
 * What `append` promises. `"memory"`: nothing survives the process. `"journal"`: frames are handed to the operating system
 * at 64 KiB or 50 ms, whichever comes first, checked on every call, so that a killed process loses at most that window.
 * `"fsync"`: each frame is on the disk when `append` returns.
 */
export type JournalDurability = "memory" | "journal" | "fsync";

/** How to open a journal. */
export interface JournalOptions extends CallOptions {
  /** Default: `"journal"` where there is a disk, else `"memory"`. */
  readonly durability?: JournalDurability | undefined;
}

/** Opens journals by name. Each storage driver has its own; `memoryJournals()` is the volatile one. */
export interface JournalDriver {
  readonly name: string;
  /** Opens the journal, or creates it. Names follow the rules of file names that are safe everywhere: `[A-Za-z0-9._-]`, no leading dot, at most 100. */
  open(name: string, options?: JournalOptions): Promise<Journal>;
  /** Names of all journals, in order. */
  list(options?: CallOptions): Promise<string[]>;
  /** Deletes a journal that nobody has open; `false` if there was none. */
  delete(name: string, options?: CallOptions): Promise<boolean>;
  close(): Promise<void>;
}
