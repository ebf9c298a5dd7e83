import { invalidArgument } from "../errors/create.js";
import { concatBytes, copyBytes } from "../identity/bytes.js";

/** One part of a key. Numbers are finite; −0 equals 0. Strings have no lone surrogates. */
export type KeyPart = Uint8Array | string | number | bigint;

/**
 * A key is a tuple. Keys sort part by part: bytes before strings before numbers before bigints; bytes by value,
 * strings by code point, numbers and bigints by size. A key sorts right before the keys that continue it.
 */
export type Key = readonly KeyPart[];

/** First byte of each kind of part. Kinds from 0xf0 on are core's own and never begin a user's key. */
export const keyTag = { bytes: 0x01, string: 0x02, number: 0x03, bigint: 0x04, end: 0x05 } as const;

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);
/** Where a number becomes bytes; nothing is kept in it. */
const float = new DataView(new ArrayBuffer(8));
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The bytes of a key; comparing bytes compares keys. Each part is its kind and its content:
 * bytes and strings (UTF-8) end with 0x00, and a 0x00 inside is written 0x00 0xff; numbers are the eight bytes of
 * the float64, big-endian, all bits flipped if negative, else only the sign; bigints are a length (0x80 + n, or
 * 0x7f − n if negative) and n bytes of magnitude, flipped if negative. Strings, numbers and bytes follow the
 * tuple layer of FoundationDB in spirit, not in its byte values.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of the part
 */
export function encodeKey(key: Key, path = "key"): Uint8Array<ArrayBuffer> {
  return encodeKeyBehind(nothing, key, path);
}

/** The bytes of `prefix`, then those of a key. @throws {MillwrightError} `INVALID_ARGUMENT` */
export function encodeKeyBehind(prefix: Uint8Array, key: Key, path: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(plainLength(prefix, key));
  return bytes.length > 0 && writePlain(bytes, 0, prefix, key) ? bytes : encodeParts(prefix, key, path);
}

/**
 * {@link encodeKeyBehind} of many keys: views of one array, since an array of its own for each is what most of a read of
 * many keys would go into. Errors are about `path[index]`.
 */
export function encodeKeysBehind(prefix: Uint8Array, keys: readonly Key[], path: string): Uint8Array[] {
  const lengths = keys.map((key) => plainLength(prefix, key));
  const whole = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let end = 0;
  return keys.map((key, index) => {
    const start = end;
    end += lengths[index]!;
    return end > start && writePlain(whole, start, prefix, key)
      ? whole.subarray(start, end)
      : encodeParts(prefix, key, `${path}[${index}]`);
  });
}

/** How long a key of finite numbers and ASCII is; 0 if it has other parts. Whether text is ASCII is seen when it is written. */
function plainLength(prefix: Uint8Array, key: Key): number {
  if (!Array.isArray(key)) return 0;
  let { length } = prefix;
  for (let index = 0; index < key.length; index++) {
    const part = key[index] as KeyPart;
    if (typeof part === "string") length += part.length + 2;
    else if (typeof part === "number" && Number.isFinite(part)) length += sequenceBytes;
    else return 0;
  }
  return length;
}

/** Writes a key of finite numbers and texts; `false` if a text is not ASCII, or has a 0x00, and needs more room. */
function writePlain(bytes: Uint8Array, start: number, prefix: Uint8Array, key: Key): boolean {
  let offset = start;
  for (let place = 0; place < prefix.length; place++) bytes[offset++] = prefix[place]!;
  for (let index = 0; index < key.length; index++) {
    const part = key[index] as string | number;
    if (typeof part === "number") {
      writeNumber(bytes, offset, part);
      offset += sequenceBytes;
      continue;
    }
    bytes[offset++] = keyTag.string;
    for (let place = 0; place < part.length; place++) {
      const code = part.charCodeAt(place);
      if (code === 0 || code > 0x7f) return false;
      bytes[offset++] = code;
    }
    bytes[offset++] = 0;
  }
  return true;
}

function encodeParts(prefix: Uint8Array, key: Key, path: string): Uint8Array<ArrayBuffer> {
  if (!Array.isArray(key)) throw invalidArgument(path, "a key is an array of parts");
  return concatBytes([prefix, ...key.map((part, index) => encodePart(part, `${path}[${index}]`))]);
}

function encodePart(part: KeyPart, path: string): Uint8Array {
  if (typeof part === "string") {
    if (!part.isWellFormed())
      throw invalidArgument(path, "the string has a lone surrogate, which UTF-8 cannot hold");
    return terminated(keyTag.string, encoder.encode(part));
  }
  if (typeof part === "number") {
    if (!Number.isFinite(part)) throw invalidArgument(path, `${part} is not a finite number`);
    return encodeNumber(part);
  }
  if (typeof part === "bigint") return encodeBigint(part, path);
  if (part instanceof Uint8Array) return terminated(keyTag.bytes, part);
  throw invalidArgument(
    path,
    `a key part is a string, finite number, bigint or Uint8Array, not ${typeof part}`,
  );
}

function terminated(tag: number, content: Uint8Array): Uint8Array {
  let zeros = 0;
  for (const byte of content) if (byte === 0) zeros++;
  const bytes = new Uint8Array(content.length + zeros + 2);
  bytes[0] = tag;
  if (zeros === 0) {
    bytes.set(content, 1);
    return bytes;
  }
  let offset = 1;
  for (const byte of content) {
    bytes[offset++] = byte;
    if (byte === 0) bytes[offset++] = 0xff;
  }
  return bytes;
}

function encodeNumber(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sequenceBytes);
  writeNumber(bytes, 0, value);
  return bytes;
}

function writeNumber(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = keyTag.number;
  float.setFloat64(0, value + 0); // −0 + 0 is 0
  const flipped = float.getUint8(0) & 0x80 ? 0xff : 0;
  for (let index = 0; index < 8; index++) bytes[offset + 1 + index] = float.getUint8(index) ^ flipped;
  if (flipped === 0) bytes[offset + 1]! |= 0x80;
}

/** Bytes of {@link encodeSequence}. */
export const sequenceBytes = 9;

/**
 * The encoded last part of a log key: always nine bytes, so that a driver can compose `log + sequence` inside its
 * own server. It is the key encoding of a number.
 */
export function encodeSequence(sequence: number): Uint8Array<ArrayBuffer> {
  return encodeNumber(sequence);
}

function encodeBigint(value: bigint, path: string): Uint8Array {
  const negative = value < 0n;
  let digits = (negative ? -value : value).toString(16);
  if (digits === "0") digits = "";
  if (digits.length % 2 === 1) digits = `0${digits}`;
  const length = digits.length / 2;
  if (length > 120) throw invalidArgument(path, "the bigint has more than 960 bits");
  const bytes = new Uint8Array(length + 2);
  bytes[0] = keyTag.bigint;
  bytes[1] = negative ? 0x7f - length : 0x80 + length;
  for (let index = 0; index < length; index++) {
    const byte = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
    bytes[index + 2] = negative ? byte ^ 0xff : byte;
  }
  return bytes;
}

/** The key of its bytes; `undefined` if they are not an encoded key. */
export function decodeKey(bytes: Uint8Array): KeyPart[] | undefined {
  const parts: KeyPart[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const part = decodePart(bytes, offset);
    if (part === undefined) return undefined;
    parts.push(part.value);
    offset = part.end;
  }
  return parts;
}

function decodePart(bytes: Uint8Array, start: number): { value: KeyPart; end: number } | undefined {
  const tag = bytes[start];
  if (tag === keyTag.string || tag === keyTag.bytes) {
    const content = unterminated(bytes, start + 1);
    if (content === undefined) return undefined;
    if (tag === keyTag.bytes) return { value: content.value, end: content.end };
    try {
      return { value: decoder.decode(content.value), end: content.end };
    } catch {
      return undefined;
    }
  }
  if (tag === keyTag.number) return decodeNumber(bytes, start + 1);
  if (tag === keyTag.bigint) return decodeBigint(bytes, start + 1);
  return undefined;
}

function unterminated(bytes: Uint8Array, start: number): { value: Uint8Array; end: number } | undefined {
  let end = bytes.indexOf(0, start);
  if (end === -1) return undefined;
  if (bytes[end + 1] !== 0xff) return { value: copyBytes(bytes, start, end), end: end + 1 };
  const content: number[] = [];
  for (end = start; end < bytes.length; end++) {
    const byte = bytes[end]!;
    if (byte === 0 && bytes[end + 1] !== 0xff) return { value: Uint8Array.from(content), end: end + 1 };
    content.push(byte);
    if (byte === 0) end++;
  }
  return undefined;
}

function decodeNumber(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  if (start + 8 > bytes.length) return undefined;
  const flipped = bytes[start]! & 0x80 ? 0 : 0xff;
  for (let index = 0; index < 8; index++) float.setUint8(index, bytes[start + index]! ^ flipped);
  if (flipped === 0) float.setUint8(0, float.getUint8(0) ^ 0x80);
  const value = float.getFloat64(0);
  return Number.isFinite(value) ? { value, end: start + 8 } : undefined;
}

function decodeBigint(bytes: Uint8Array, start: number): { value: bigint; end: number } | undefined {
  const head = bytes[start];
  if (head === undefined) return undefined;
  const negative = head < 0x80;
  const length = negative ? 0x7f - head : head - 0x80;
  const end = start + 1 + length;
  if (end > bytes.length) return undefined;
  let value = 0n;
  for (let index = start + 1; index < end; index++) {
    value = (value << 8n) | BigInt(negative ? bytes[index]! ^ 0xff : bytes[index]!);
  }
  return { value: negative ? -value : value, end };
}

/**
 * The half-open range of bytes of all keys that continue `prefix`. The key that equals the prefix is outside, and so
 * is a key whose next string merely begins like the last one of the prefix.
 */
export function prefixRange(prefix: Uint8Array): { start: Uint8Array; end: Uint8Array } {
  return {
    start: concatBytes([prefix, Uint8Array.of(keyTag.bytes)]),
    end: concatBytes([prefix, Uint8Array.of(keyTag.end)]),
  };
}
