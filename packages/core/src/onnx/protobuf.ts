import type { ByteWindow } from "./byte-window.js";
import { type Location, malformed } from "./location.js";

/**
 * How a field is encoded. Groups (3 and 4) were abolished before ONNX existed and are refused.
 */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A stretch of the file that holds one message. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * One field as it stands in the file. A varint has its `value`; of anything else only the place is known, so that
 * payloads are passed over without being loaded. `[offset, end)` is the whole field with its tag, for whoever copies
 * fields unchanged; `[start, end)` is its content.
 */
export interface ProtobufField extends ByteRange {
  readonly number: number;
  readonly wireType: number;
  readonly offset: number;
  readonly value: number | bigint;
}

/** What to do with a field: nothing, or something that must be waited for because bytes had to be loaded. */
export type FieldVisitor = (field: ProtobufField) => Wait;

/** `undefined`: done already. Most of a file is in memory when it is read, and then nothing is awaited. */
export type Wait = Promise<void> | undefined;

/** Does `action` when `wait` is over. */
export function afterwards(wait: Wait, action: () => Wait): Wait {
  return wait === undefined ? action() : wait.then(action);
}

/** The value of an enumeration or `int32`: protobuf cuts what is longer to its low 32 bits. */
export function int32Of(field: ProtobufField): number {
  return Number(BigInt.asIntN(32, BigInt(field.value)));
}

/** Reads the wire format of protocol buffers field by field (https://protobuf.dev/programming-guides/encoding). */
export class ProtobufReader {
  readonly #window: ByteWindow;
  readonly #strictText = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #lenientText = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Where the varint that was read last has ended. */
  #next = 0;

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  /** Shows every field of a message to `visit`, in the order of the file. */
  fields(message: ByteRange, location: Location, visit: FieldVisitor): Wait {
    let position = message.start;
    // A tag and a length have at most ten bytes each.
    const run = (): Wait => {
      while (position < message.end) {
        const loading = this.#window.need(position, Math.min(20, message.end - position));
        if (loading !== undefined) return loading;
        const field = this.#field(position, message.end, location);
        position = field.end;
        const wait = visit(field);
        if (wait !== undefined) return wait;
      }
      return undefined;
    };
    const wait = run();
    return wait === undefined ? undefined : goOn(wait, run);
  }

  /** Gives the text of a field to `accept`; refuses what is longer than `limit` bytes or, if strict, not UTF-8. */
  text(
    field: ProtobufField,
    location: Location,
    limits: { readonly bytes: number; readonly strict: boolean },
    accept: (text: string) => void,
  ): Wait {
    if (field.wireType !== wire.bytes) return undefined;
    const length = field.end - field.start;
    if (length > limits.bytes) {
      throw malformed(location, `a text of ${length} bytes is longer than ${limits.bytes}`, field.offset);
    }
    return afterwards(this.#window.need(field.start, length), () => {
      accept(this.#decode(field, location, limits.strict));
      return undefined;
    });
  }

  /**
   * Gives the integers of a repeated field, packed or not, to `accept` one by one. Refuses a packed field of more
   * than `limit` bytes.
   */
  integers(
    field: ProtobufField,
    location: Location,
    limit: number,
    accept: (value: number | bigint) => void,
  ): Wait {
    if (field.wireType === wire.varint) {
      accept(field.value);
      return undefined;
    }
    if (field.wireType !== wire.bytes) return undefined;
    const length = field.end - field.start;
    if (length > limit) {
      throw malformed(location, `${length} bytes of integers are more than ${limit}`, field.offset);
    }
    return afterwards(this.#window.need(field.start, length), () => {
      let position = field.start;
      while (position < field.end) {
        accept(this.#varint(position, field.end, location));
        position = this.#next;
      }
      return undefined;
    });
  }

  #field(offset: number, end: number, location: Location): ProtobufField {
    const tag = this.#varint(offset, end, location);
    if (typeof tag !== "number" || tag < 8 || tag > 0xffff_ffff) {
      throw malformed(location, `${tag} is no tag of a field; this is not an ONNX file, or damaged`, offset);
    }
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    let start = this.#next;
    let value: number | bigint = 0;
    let after: number;
    if (wireType === wire.varint) {
      value = this.#varint(start, end, location);
      after = this.#next;
    } else if (wireType === wire.bytes) {
      const length = this.#varint(start, end, location);
      start = this.#next;
      if (typeof length !== "number" || length < 0 || length > end - start) {
        const problem = `field ${number} claims ${length} bytes where ${end - start} are left`;
        throw malformed(location, `${problem}; the file is cut off, damaged or not ONNX`, offset);
      }
      after = start + length;
    } else if (wireType === wire.fixed32 || wireType === wire.fixed64) {
      after = start + (wireType === wire.fixed32 ? 4 : 8);
      if (after > end) throw malformed(location, `field ${number} is cut off`, offset);
    } else {
      throw malformed(location, `field ${number} has wire type ${wireType}, which no ONNX file has`, offset);
    }
    return { number, wireType, offset, start, end: after, value };
  }

  /** A varint as a signed 64-bit integer: a number where that is exact. */
  #varint(position: number, end: number, location: Location): number | bigint {
    let byte = position < end ? this.#window.at(position) : 0x80;
    if (byte < 0x80) {
      this.#next = position + 1;
      return byte;
    }
    // Two halves of 32 bits: seven bits of each byte, the fifth byte split four to three.
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      if (position + index >= end)
        throw malformed(location, "ends within an integer; the file is cut off or damaged", position);
      byte = this.#window.at(position + index);
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index === 4) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (7 * index - 32);
      if (byte < 0x80) {
        if (index === 9 && byte > 1) break;
        this.#next = position + index + 1;
        const value = (high | 0) * 4_294_967_296 + (low >>> 0);
        return Number.isSafeInteger(value) ? value : BigInt(high | 0) * 4_294_967_296n + BigInt(low >>> 0);
      }
    }
    throw malformed(location, "an integer is longer than 64 bits; the file is damaged or not ONNX", position);
  }

  #decode(field: ProtobufField, location: Location, strict: boolean): string {
    const bytes = this.#window.view(field.start, field.end);
    try {
      return (strict ? this.#strictText : this.#lenientText).decode(bytes);
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      throw malformed(location, `the text of field ${field.number} is not UTF-8`, field.offset);
    }
  }
}

async function goOn(wait: Promise<void>, run: () => Wait): Promise<void> {
  for (let next: Wait = wait; next !== undefined; next = run()) await next;
}
