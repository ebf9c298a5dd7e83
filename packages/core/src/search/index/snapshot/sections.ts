import { requireLittleEndian } from "../../../columns/format.js";
import { coreError } from "../../../errors/create.js";
import { concatBytes, copyBytes } from "../../../identity/bytes.js";

/** `MWSI`, the version of the format and three zeros; then the length of the header as uint32 and four zeros. */
const magic = Uint8Array.of(0x4d, 0x57, 0x53, 0x49, 1, 0, 0, 0);
const prefixBytes = 16;

/** A typed array as it lies in memory, in a snapshot at a multiple of 8. */
export type Section = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** Collects what a snapshot is made of: sections, whose lengths a header repeats. */
export class SectionWriter {
  readonly #sections: Uint8Array[] = [];
  readonly #lengths: number[] = [];

  constructor() {
    requireLittleEndian();
  }

  write(section: Section): void {
    this.#lengths.push(section.byteLength);
    this.#sections.push(new Uint8Array(section.buffer, section.byteOffset, section.byteLength));
  }

  writeJson(value: unknown): void {
    this.write(new TextEncoder().encode(JSON.stringify(value)));
  }

  /** The pieces of the snapshot, in order. */
  finish(content: object): Uint8Array[] {
    const header = new TextEncoder().encode(JSON.stringify({ content, sections: this.#lengths }));
    const pieces: Uint8Array[] = [concatBytes([magic, new Uint8Array(prefixBytes - magic.length), header])];
    new DataView(pieces[0]!.buffer).setUint32(magic.length, header.length, true);
    let size = prefixBytes + header.length;
    for (const section of this.#sections) {
      pieces.push(new Uint8Array(aligned(size) - size), section);
      size = aligned(size) + section.length;
    }
    return pieces.filter((piece) => piece.length > 0);
  }
}

/** Reads what a `SectionWriter` wrote, in the same order. Whatever does not fit together throws `CORRUPT`. */
export class SectionReader {
  readonly content: unknown;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #lengths: readonly number[];
  #position: number;
  #next = 0;

  constructor(given: Uint8Array) {
    requireLittleEndian();
    this.#bytes = given.byteOffset % 8 === 0 ? (given as Uint8Array<ArrayBuffer>) : copyBytes(given);
    const { buffer, byteOffset, length } = this.#bytes;
    if (length < prefixBytes || magic.some((byte, index) => this.#bytes[index] !== byte))
      throw damaged("it does not begin as one of this format does");
    this.#position = prefixBytes + new DataView(buffer, byteOffset).getUint32(magic.length, true);
    if (this.#position > length) throw damaged("it ends inside its header");
    const { content, sections } = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(this.#bytes.subarray(prefixBytes, this.#position)),
    ) as { content: unknown; sections: number[] };
    this.content = content;
    this.#lengths = sections;
  }

  /** The next section as an array of `count` elements; a view of the snapshot. */
  read<Elements extends Section>(
    type: {
      new (buffer: ArrayBuffer, offset: number, length: number): Elements;
      readonly BYTES_PER_ELEMENT: number;
    },
    count: number,
  ): Elements {
    const bytes = this.#take();
    if (bytes.length !== count * type.BYTES_PER_ELEMENT) throw damaged("a section has another length");
    return new type(bytes.buffer, bytes.byteOffset, count);
  }

  readJson(): unknown {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(this.#take()));
  }

  #take(): Uint8Array<ArrayBuffer> {
    const length = this.#lengths[this.#next++];
    const start = aligned(this.#position);
    if (length === undefined || !(length >= 0) || start + length > this.#bytes.length)
      throw damaged("it ends before all of it was read");
    this.#position = start + length;
    return this.#bytes.subarray(start, this.#position);
  }
}

/** A `CORRUPT` that says what is wrong with a snapshot. */
export function damaged(problem: string): Error {
  return coreError("CORRUPT", `the snapshot of the search index is damaged: ${problem}`);
}

function aligned(position: number): number {
  return Math.ceil(position / 8) * 8;
}
