import { invalidArgument } from "../../errors/create.js";
import { concatBytes } from "../../identity/bytes.js";

/** Collects the fields of one message. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];

  byte(value: number): this {
    this.#parts.push(Uint8Array.of(value));
    return this;
  }

  /** A whole number from 0: seven bits a byte, the lowest first, the top bit set on all but the last (LEB128). */
  count(value: number): this {
    const bytes: number[] = [];
    let rest = value;
    while (rest >= 0x80) {
      bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    bytes.push(rest);
    this.#parts.push(Uint8Array.from(bytes));
    return this;
  }

  /** Microseconds, as a big-endian float64, which holds every time exactly. */
  time(value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value);
    this.#parts.push(bytes);
    return this;
  }

  /** Bytes of a length that both sides know. */
  raw(value: Uint8Array): this {
    this.#parts.push(value);
    return this;
  }

  /** A length and so many bytes. */
  bytes(value: Uint8Array): this {
    return this.count(value.length).raw(value);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return concatBytes(this.#parts) as Uint8Array<ArrayBuffer>;
  }
}

/**
 * Reads the fields of one message. The input is hostile until proven otherwise: whatever it says, no more is allocated
 * than it is long, and every fault is `INVALID_ARGUMENT`.
 */
export class WireReader {
  readonly #input: Uint8Array;
  readonly #path: string;
  #offset = 0;

  constructor(input: Uint8Array, path: string) {
    // A plain view: the `slice` of Node's Buffer is no copy.
    this.#input = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    this.#path = path;
  }

  fault(problem: string): Error {
    return invalidArgument(this.#path, `${problem} at byte ${this.#offset}`);
  }

  byte(): number {
    const value = this.#input[this.#offset];
    if (value === undefined) throw this.fault("the message ends too early");
    this.#offset++;
    return value;
  }

  /** @param limit the largest value that makes sense here */
  count(limit: number, noun: string): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (value > limit) throw this.fault(`more than ${limit} ${noun}`);
      if (byte < 0x80) return value;
      if (factor > 2 ** 42) throw this.fault("a number that is too long");
    }
  }

  /** How many items follow. Each takes at least one byte, so a count over the rest of the message is a lie. */
  items(limit: number, noun: string): number {
    const items = this.count(limit, noun);
    if (items > this.#input.length - this.#offset)
      throw this.fault(`fewer ${noun} than the message announces`);
    return items;
  }

  time(): number {
    const bytes = this.raw(8);
    const value = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
    if (!Number.isSafeInteger(value)) throw this.fault("a time that is no whole number of microseconds");
    return value;
  }

  raw(length: number): Uint8Array<ArrayBuffer> {
    const end = this.#offset + length;
    if (end > this.#input.length) throw this.fault("the message ends too early");
    // A copy, so that a small field does not keep a large message in memory.
    const bytes = this.#input.slice(this.#offset, end) as Uint8Array<ArrayBuffer>;
    this.#offset = end;
    return bytes;
  }

  bytes(limit: number, noun: string): Uint8Array<ArrayBuffer> {
    return this.raw(this.count(limit, `bytes of ${noun}`));
  }

  /** Refuses anything behind the last field. */
  end(): void {
    if (this.#offset !== this.#input.length) throw this.fault("more bytes than the message has");
  }
}
