import { coreError, invalidArgument } from "../errors/create.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const maximumBytes = 0x7fffffff;

/** Offsets and UTF-8 of many strings. */
export interface PackedText {
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
}

/** Collects the bytes of the rows of a column. */
export interface ByteCollector {
  addText(text: string, path: () => string): void;
  addBytes(bytes: Uint8Array): void;
  /** Ends an empty row. */
  addNothing(): void;
  finish(): PackedText;
}

/** Appends row by row to one growing array. Most strings are short and ASCII, so those are copied by a loop. */
export function collectBytes(rows: number): ByteCollector {
  const offsets = new Int32Array(rows + 1);
  let data = new Uint8Array(Math.max(64, rows * 8));
  let row = 0;
  let length = 0;
  const reserve = (more: number): void => {
    const needed = length + more;
    if (needed > maximumBytes) throw tooLarge();
    if (needed <= data.length) return;
    const larger = new Uint8Array(Math.min(maximumBytes, Math.max(needed, data.length * 2)));
    larger.set(data.subarray(0, length));
    data = larger;
  };
  const endRow = (): void => {
    offsets[++row] = length;
  };
  return {
    addText(text, path) {
      reserve(text.length);
      let index = 0;
      for (; index < text.length; index++) {
        const unit = text.charCodeAt(index);
        if (unit > 0x7f) break;
        data[length + index] = unit;
      }
      if (index === text.length) length += index;
      else {
        if (!text.isWellFormed())
          throw invalidArgument(path(), "the string has a lone surrogate, which UTF-8 cannot hold");
        reserve(text.length * 3);
        length += encoder.encodeInto(text, data.subarray(length)).written;
      }
      endRow();
    },
    addBytes(bytes) {
      reserve(bytes.length);
      data.set(bytes, length);
      length += bytes.length;
      endRow();
    },
    addNothing: endRow,
    finish: () => ({ offsets, data: data.subarray(0, length) }),
  };
}

/** The error for a column of more than 2 GiB of strings or bytes. */
export function tooLarge(): Error {
  return coreError("LIMIT_EXCEEDED", "a column holds at most 2 GiB of strings or bytes; use smaller batches");
}

/** Offsets and UTF-8 of strings. */
export function packText(texts: readonly string[], path: string): PackedText {
  const collector = collectBytes(texts.length);
  for (const [index, text] of texts.entries()) collector.addText(text, () => `${path}[${index}]`);
  return collector.finish();
}

/** The string of one row. */
export function textAt({ offsets, data }: PackedText, row: number): string {
  return decoder.decode(data.subarray(offsets[row], offsets[row + 1]));
}

/** The strings of all rows. Where all is ASCII, one string is decoded and cut. */
export function unpackText(packed: PackedText): string[] {
  const { offsets, data } = packed;
  const rows = offsets.length - 1;
  const used = data.subarray(0, offsets[rows]);
  const whole = decoder.decode(used);
  const texts = new Array<string>(rows);
  if (whole.length === used.length) {
    for (let row = 0; row < rows; row++) texts[row] = whole.slice(offsets[row], offsets[row + 1]);
  } else {
    for (let row = 0; row < rows; row++) texts[row] = textAt(packed, row);
  }
  return texts;
}

/** Whether every row is UTF-8 by itself. */
export function isPackedUtf8({ offsets, data }: PackedText): boolean {
  const end = offsets[offsets.length - 1]!;
  try {
    if (decoder.decode(data.subarray(0, end)).length === end) return true;
  } catch {
    return false;
  }
  // Together they are UTF-8; each is, if none begins inside a character.
  for (const offset of offsets) if (offset < end && (data[offset]! & 0xc0) === 0x80) return false;
  return true;
}

/** Compares by code point, which is the order of the UTF-8 bytes and of keys; plain `<` differs behind U+D7FF. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

// Surrogates stand for code points above U+FFFF, so they come last.
function rank(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
