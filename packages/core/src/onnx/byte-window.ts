import { abortable, type CallOptions } from "../cancellation/abort.js";
import { type Location, malformed } from "./location.js";

/** Bytes that can be read from any position, such as a file or a blob with range requests. */
export interface RandomAccessSource {
  /** Length in bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; never asked for bytes beyond `size`. */
  read(offset: number, length: number, options?: CallOptions): Promise<Uint8Array>;
}

const firstChunk = 4 * 1024;
const largestChunk = 256 * 1024;

/**
 * The part of a source that is in memory. After a jump it loads little, since the next thing may be another payload
 * to jump over; the longer it reads on without a jump, the more it loads at once.
 */
export class ByteWindow {
  readonly size: number;
  readonly #source: RandomAccessSource | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #location: Location;
  #bytes: Uint8Array;
  #start = 0;
  #chunk = firstChunk;

  constructor(source: Uint8Array | RandomAccessSource, location: Location, signal: AbortSignal | undefined) {
    this.#location = location;
    this.#signal = signal;
    if (source instanceof Uint8Array) {
      this.size = source.length;
      this.#source = undefined;
      this.#bytes = source;
    } else {
      this.size = source.size;
      this.#source = source;
      this.#bytes = new Uint8Array(0);
    }
  }

  /** Makes `length` bytes from `position` available; `undefined` when they already are. */
  need(position: number, length: number): Promise<void> | undefined {
    if (position >= this.#start && position + length <= this.#start + this.#bytes.length) return undefined;
    return this.#load(position, length);
  }

  /** The byte at a position that {@link need} has made available. */
  at(position: number): number {
    return this.#bytes[position - this.#start]!;
  }

  /** A view, valid until the next {@link need}, of bytes that were made available. */
  view(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start - this.#start, end - this.#start);
  }

  async #load(position: number, length: number): Promise<void> {
    const source = this.#source;
    if (source === undefined || position + length > this.size) {
      throw malformed(this.#location, `ends after ${this.size} bytes, before ${position + length}`, position);
    }
    const windowEnd = this.#start + this.#bytes.length;
    const goesOn = position >= this.#start && position <= windowEnd;
    this.#chunk = goesOn ? Math.min(this.#chunk * 2, largestChunk) : firstChunk;
    const wanted = Math.min(Math.max(length, this.#chunk), this.size - position);
    this.#signal?.throwIfAborted();
    const bytes = await abortable(source.read(position, wanted, { signal: this.#signal }), this.#signal);
    if (!(bytes instanceof Uint8Array) || bytes.length < wanted) {
      const got = bytes instanceof Uint8Array ? `${bytes.length} bytes` : "no bytes";
      throw malformed(
        this.#location,
        `the source gave ${got} of the ${wanted} at offset ${position}; has it changed while it was read?`,
        position,
        "CORRUPT",
      );
    }
    this.#bytes = bytes.subarray(0, wanted);
    this.#start = position;
  }
}
