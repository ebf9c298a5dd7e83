import type { Crc32cTable } from "./crc32c.js";
import { decodeFrame, frameHeaderBytes, headerBytes } from "./journal-format.js";

/** A frame of a segment, as a part of its bytes. */
export interface SegmentFrame {
  readonly sequence: number;
  readonly data: Buffer;
}

/** Where the whole frames of a segment end, and what stands behind them. */
export interface SegmentEnd {
  readonly lastSequence: number;
  /** Bytes up to the end of the last whole frame. */
  readonly wholeBytes: number;
  /** The last floor that a note states; `undefined` if there is no note. */
  readonly floor: number | undefined;
  /** `"clean"`: nothing; `"torn"`: a frame whose writer was killed; `"damaged"`: a bad frame with whole ones behind it. */
  readonly rest: "clean" | "torn" | "damaged";
}

/** Walks the frames of a segment that begins with sequence `first`. The last result says how it ends. */
export function* scanSegment(
  table: Crc32cTable,
  bytes: Buffer,
  first: number,
): Generator<SegmentFrame, SegmentEnd, void> {
  let offset = headerBytes;
  let next = first;
  let floor: number | undefined;
  for (;;) {
    const frame = decodeFrame(table, bytes, offset);
    if (frame === undefined) break;
    if (frame.isNote) floor = bytes.readDoubleLE(frame.start);
    else if (frame.sequence === next % 2 ** 32) {
      yield { sequence: next, data: bytes.subarray(frame.start, frame.end) };
      next++;
    } else break;
    offset = frame.end;
  }
  const end = { lastSequence: next - 1, wholeBytes: offset, floor };
  if (offset === bytes.length) return { ...end, rest: "clean" };
  return { ...end, rest: hasLaterFrame(table, bytes, offset, next) ? "damaged" : "torn" };
}

/** The end of a segment alone. */
export function endOfSegment(table: Crc32cTable, bytes: Buffer, first: number): SegmentEnd {
  const frames = scanSegment(table, bytes, first);
  for (;;) {
    const step = frames.next();
    if (step.done === true) return step.value;
  }
}

/** A kill cuts off the end of a file; whole frames behind a bad one mean that something else has happened. */
function hasLaterFrame(table: Crc32cTable, bytes: Buffer, from: number, next: number): boolean {
  const most = Math.ceil((bytes.length - from) / frameHeaderBytes);
  for (let offset = from + 1; offset + frameHeaderBytes <= bytes.length; offset++) {
    const ahead = (bytes.readUInt32LE(offset + 4) - (next % 2 ** 32) + 2 ** 32) % 2 ** 32;
    if (ahead > most && ahead !== 2 ** 32 - 1) continue;
    if (decodeFrame(table, bytes, offset) !== undefined) return true;
  }
  return false;
}
