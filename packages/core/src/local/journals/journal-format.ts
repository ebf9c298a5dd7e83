import { fromHex, toHex } from "../../identity/bytes.js";
import { maximumFrameBytes } from "../../journal/checks.js";
import { type Crc32cTable, crc32c } from "./crc32c.js";

/**
 * The files of a journal. A segment is a header and frames; numbers are little-endian.
 *
 * Header, 64 bytes: `MWJOURNL`, version (u32), 4 bytes of zero, identity of the journal (16), first sequence (f64), floor
 * (f64), 12 bytes of zero, CRC-32C of the 60 bytes before. Frame: length (u32), low 32 bits of the sequence (u32),
 * CRC-32C of those eight bytes and the data, data. A length with its highest bit set is a note of the new floor (f64): frames
 * before the floor are given up. A sequence inside the checksum tells a frame from an old one at the same place.
 */
export const headerBytes = 64;
export const frameHeaderBytes = 12;
const magic = Buffer.from("MWJOURNL");
const version = 1;
const noteBit = 0x80000000;

/** What the header of a segment says. */
export interface SegmentHeader {
  readonly id: string;
  readonly first: number;
  readonly floor: number;
}

/** The bytes of a header. */
export function encodeHeader(table: Crc32cTable, { id, first, floor }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  magic.copy(bytes);
  bytes.writeUInt32LE(version, 8);
  bytes.set(fromHex(id)!, 16);
  bytes.writeDoubleLE(first, 32);
  bytes.writeDoubleLE(floor, 40);
  bytes.writeInt32LE(crc32c(table, bytes, 0, headerBytes - 4), headerBytes - 4);
  return bytes;
}

/** The header at the start of `bytes`; `"newer"` if a newer release wrote it, `undefined` if it is damaged. */
export function decodeHeader(table: Crc32cTable, bytes: Buffer): SegmentHeader | "newer" | undefined {
  if (bytes.length < headerBytes || !bytes.subarray(0, 8).equals(magic)) return undefined;
  if (bytes.readInt32LE(headerBytes - 4) !== crc32c(table, bytes, 0, headerBytes - 4)) return undefined;
  if (bytes.readUInt32LE(8) !== version) return "newer";
  return { id: toHex(bytes.subarray(16, 32)), first: bytes.readDoubleLE(32), floor: bytes.readDoubleLE(40) };
}

/** Writes a frame into `target` at `offset`, where there is room for it. */
export function encodeFrame(
  table: Crc32cTable,
  target: Buffer,
  offset: number,
  sequence: number,
  data: Uint8Array,
): void {
  putFrame(table, target, offset, data.length, sequence, data);
}

/** The bytes of a note that frames before `floor` are given up. */
export function encodeFloor(table: Crc32cTable, lastSequence: number, floor: number): Buffer {
  const data = Buffer.alloc(8);
  data.writeDoubleLE(floor);
  const note = Buffer.alloc(frameHeaderBytes + data.length);
  putFrame(table, note, 0, data.length + noteBit, lastSequence, data);
  return note;
}

function putFrame(
  table: Crc32cTable,
  target: Buffer,
  offset: number,
  length: number,
  sequence: number,
  data: Uint8Array,
): void {
  // Stores by hand: writeUInt32LE checks its arguments, which costs more than the rest of a small frame.
  target[offset] = length;
  target[offset + 1] = length >>> 8;
  target[offset + 2] = length >>> 16;
  target[offset + 3] = length >>> 24;
  target[offset + 4] = sequence;
  target[offset + 5] = sequence >>> 8;
  target[offset + 6] = sequence >>> 16;
  target[offset + 7] = sequence >>> 24;
  target.set(data, offset + frameHeaderBytes);
  const head = crc32c(table, target, offset, offset + 8);
  const crc = crc32c(table, target, offset + frameHeaderBytes, offset + frameHeaderBytes + data.length, head);
  target[offset + 8] = crc;
  target[offset + 9] = crc >>> 8;
  target[offset + 10] = crc >>> 16;
  target[offset + 11] = crc >>> 24;
}

/** A frame, or a note, in the bytes of a segment. */
export interface DecodedFrame {
  readonly start: number;
  readonly end: number;
  /** Low 32 bits. */
  readonly sequence: number;
  readonly isNote: boolean;
}

/** The whole frame at `offset`; `undefined` if there is none. */
export function decodeFrame(table: Crc32cTable, bytes: Buffer, offset: number): DecodedFrame | undefined {
  if (offset + frameHeaderBytes > bytes.length) return undefined;
  const field = bytes.readUInt32LE(offset);
  const isNote = field >= noteBit;
  const length = isNote ? field - noteBit : field;
  const start = offset + frameHeaderBytes;
  const end = start + length;
  if (length > maximumFrameBytes || end > bytes.length || (isNote && length !== 8)) return undefined;
  const crc = crc32c(table, bytes, start, end, crc32c(table, bytes, offset, offset + 8));
  if (bytes.readInt32LE(offset + 8) !== crc) return undefined;
  return { start, end, sequence: bytes.readUInt32LE(offset + 4), isNote };
}
