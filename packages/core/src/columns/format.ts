import { coreError } from "../errors/create.js";
import { bitmapBytes } from "./bitmap.js";
import type { Column } from "./column.js";

/** `MWCB`, the version of the format and three zeros; then the length of the header as uint32 and four zeros. */
export const batchMagic = Uint8Array.of(0x4d, 0x57, 0x43, 0x42, 1, 0, 0, 0);

/** Bytes before the header. */
export const prefixBytes = 16;

/** One column in the header of an encoded batch. */
export interface EncodedColumn {
  readonly name: string;
  readonly type: Column["type"];
  /** Whether there is a validity bitmap. */
  readonly validity?: boolean | undefined;
  /** Bytes of strings or bytes; of a dictionary, of its entries. */
  readonly bytes?: number | undefined;
  /** Entries of a dictionary. */
  readonly entries?: number | undefined;
}

/** The header of an encoded batch, as canonical JSON padded with spaces to a multiple of 8 bytes. */
export interface EncodedHeader {
  readonly rows: number;
  readonly columns: readonly EncodedColumn[];
}

/** The next multiple of 8. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/**
 * Bytes of the buffers of a column, in order: the validity; then the values, or offsets and data, or codes, offsets and data
 * of the dictionary. The layout follows from the header alone, so there are no positions to be forged.
 */
export function bufferSizes(column: EncodedColumn, rows: number, elementBytes: number): number[] {
  const sizes = column.validity === true ? [bitmapBytes(rows)] : [];
  if (column.type === "dictionary") sizes.push(rows * 4, (column.entries! + 1) * 4, column.bytes!);
  else if (column.type === "string" || column.type === "bytes") sizes.push((rows + 1) * 4, column.bytes!);
  else sizes.push(rows * elementBytes);
  return sizes;
}

/** Typed arrays have the byte order of the machine, the format is little-endian; all machines in use are that. */
export function requireLittleEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    throw coreError("UNSUPPORTED", "encoded batches are little-endian, and this machine is big-endian");
  }
}
