import { closeSync, fdatasync, fdatasyncSync, ftruncateSync } from "node:fs";
import { clearTimeout, setTimeout } from "node:timers";
import { promisify } from "node:util";
import type { Crc32cTable } from "./crc32c.js";
import {
  encodeFloor,
  encodeFrame,
  frameHeaderBytes,
  headerBytes,
  type SegmentHeader,
} from "./journal-format.js";
import { createSegment, type Segment, writeFully } from "./segments.js";

const bufferBytes = 64 * 1024;
const bufferMilliseconds = 50;
/** A segment this long is followed by a new one. */
const segmentBytes = 8 * 1024 * 1024;

/** Where writing begins. */
export interface SegmentWriterStart {
  readonly table: Crc32cTable;
  readonly directory: string;
  readonly header: SegmentHeader;
  readonly segment: Segment;
  readonly file: number;
  /** Bytes of the segment so far. */
  readonly bytes: number;
  /** Whether each frame goes to the disk at once. */
  readonly immediate: boolean;
  /** Makes the error that callers see of one of the file system. */
  readonly explain: (error: unknown) => unknown;
  /** Called with each new segment. */
  readonly onSegment: (segment: Segment) => void;
}

/**
 * Writes frames into segments through a buffer. The first failure ends it: every later call throws the same error. What was
 * only half written is cut off again, so that the file ends with a whole frame.
 */
export class SegmentWriter {
  readonly #start: SegmentWriterStart;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #file: number;
  #fileBytes: number;
  #filled = 0;
  #filledSince = 0;
  #timer: NodeJS.Timeout | undefined;
  #failure: { readonly error: unknown } | undefined;
  #syncing = 0;
  #retired: number[] = [];

  constructor(start: SegmentWriterStart) {
    this.#start = start;
    this.#file = start.file;
    this.#fileBytes = start.bytes;
  }

  /** Adds a frame. `floor` goes into the header of a new segment, if one is begun. */
  append(sequence: number, data: Uint8Array, floor: number): void {
    this.#assertWorking();
    if (this.#fileBytes + this.#filled >= segmentBytes) this.rotate(sequence, floor);
    const length = frameHeaderBytes + data.length;
    if (length > bufferBytes - this.#filled) this.flush();
    if (length > bufferBytes) {
      const frame = Buffer.allocUnsafe(length);
      encodeFrame(this.#start.table, frame, 0, sequence, data);
      this.#write(frame);
    } else {
      if (this.#filled === 0) this.#beginBuffer();
      encodeFrame(this.#start.table, this.#buffer, this.#filled, sequence, data);
      this.#filled += length;
    }
    if (this.#start.immediate) {
      this.flush();
      this.#guarded(() => fdatasyncSync(this.#file));
    } else if (this.#filled > 0 && performance.now() - this.#filledSince >= bufferMilliseconds) this.flush();
  }

  /** Notes that frames before `floor` are given up. */
  note(lastSequence: number, floor: number): void {
    this.#assertWorking();
    this.flush();
    this.#write(encodeFloor(this.#start.table, lastSequence, floor));
  }

  /** Hands the buffer to the operating system. */
  flush(): void {
    this.#assertWorking();
    if (this.#filled === 0) return;
    const filled = this.#filled;
    this.#filled = 0;
    this.#write(this.#buffer.subarray(0, filled));
  }

  /** Ends the segment and begins one with `first`. The old one is on the disk before the new one exists. */
  rotate(first: number, floor: number): void {
    this.flush();
    this.#guarded(() => {
      fdatasyncSync(this.#file);
      const { table, directory, header } = this.#start;
      const next = createSegment(table, directory, { id: header.id, first, floor });
      this.#retire(this.#file);
      this.#file = next.file;
      this.#fileBytes = headerBytes;
      this.#start.onSegment(next.segment);
    });
  }

  /** Resolves once everything appended so far is on the disk. */
  async sync(): Promise<void> {
    this.flush();
    this.#syncing++;
    try {
      await promisify(fdatasync)(this.#file);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#syncing--;
      if (this.#syncing === 0) for (const file of this.#retired.splice(0)) closeSync(file);
    }
    this.#assertWorking();
  }

  /** Bytes of the segment that is written to. */
  get bytes(): number {
    return this.#fileBytes + this.#filled;
  }

  /** Releases the file. */
  close(): void {
    clearTimeout(this.#timer);
    this.#failure ??= { error: new Error("the journal is closed") };
    closeSync(this.#file);
  }

  #beginBuffer(): void {
    this.#filledSince = performance.now();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      try {
        if (this.#failure === undefined) this.flush();
      } catch {
        // Kept for the next call.
      }
    }, bufferMilliseconds).unref();
  }

  #write(bytes: Uint8Array): void {
    this.#guarded(() => {
      try {
        writeFully(this.#file, bytes, this.#fileBytes);
      } catch (error) {
        ftruncateSync(this.#file, this.#fileBytes);
        throw error;
      }
      this.#fileBytes += bytes.length;
    });
  }

  /** A file that is being synced is closed afterwards: its number must not pass to another file under way. */
  #retire(file: number): void {
    if (this.#syncing === 0) closeSync(file);
    else this.#retired.push(file);
  }

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail(error);
      this.#assertWorking();
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error: this.#start.explain(error) };
  }

  #assertWorking(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
