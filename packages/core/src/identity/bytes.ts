const hexDigits = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));

/** Lowercase hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  // A text that is put together digit by digit stays a tree of pieces, many times as large as the text.
  let text = "";
  for (let start = 0; start < bytes.length; start += 4096) {
    const piece = bytes.slice(start, start + 4096);
    const codes = new Array<number>(2 * piece.length);
    for (let index = 0; index < piece.length; index++) {
      codes[2 * index] = hexDigits[piece[index]! >> 4]!;
      codes[2 * index + 1] = hexDigits[piece[index]! & 15]!;
    }
    text += String.fromCharCode.apply(null, codes);
  }
  return text;
}

/** The bytes of lowercase or uppercase hexadecimal; `undefined` if it is not that. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(binary);
}

/** The bytes of standard base64; `undefined` if it is not that. */
export function fromBase64(text: string): Uint8Array | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Byte order: negative, zero or positive, as `a` sorts before, with or after `b`. A prefix sorts first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = a[index]! - b[index]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Whether both hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/** One array that holds all parts in order. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** V8 keeps such arrays in its own heap, and a view would move them out of it, which costs more than to copy them. */
const largestInHeap = 64;

/** A copy of bytes, or of a part of them. Unlike `slice`, also for a Node Buffer, whose `slice` shares its memory. */
export function copyBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array<ArrayBuffer> {
  if (bytes.length <= largestInHeap && bytes.constructor === Uint8Array) return bytes.slice(start, end);
  return new Uint8Array(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
}

/** A part of bytes that nobody will change: a copy of few, a view of many. */
export function partOf(bytes: Uint8Array, start: number, end = bytes.length): Uint8Array {
  return bytes.length <= largestInHeap ? copyBytes(bytes, start, end) : bytes.subarray(start, end);
}
