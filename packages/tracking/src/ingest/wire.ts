import { concatBytes, coreError } from "@millwright/core";
import { invalidArgument } from "../errors.js";

/**
 * The body of a request with operations: this version, then frames as they are in a journal, each behind its length (u32,
 * little-endian). The query names the journal and the sequence of the first; the others follow it without gaps.
 */
export const wireVersion = 1;

/** What each frame costs beside its bytes. */
const lengthBytes = 4;

/** Content types of what is sent. No form of a foreign page can send it, so a browser asks the server first. */
export const binaryType = "application/octet-stream";

/** The answer to a request with operations. */
export interface IngestAnswer {
  /** The sequence up to which the journal has been applied. */
  readonly applied: number;
  /** Operations of the request that can never be applied. */
  readonly refused: readonly RefusedOnWire[];
}

/** A refused operation as JSON. */
export interface RefusedOnWire {
  readonly sequence: number;
  readonly run: string;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The body of a request. */
export function encodeFrames(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [Uint8Array.of(wireVersion)];
  for (const frame of frames) {
    const length = new Uint8Array(lengthBytes);
    new DataView(length.buffer).setUint32(0, frame.length, true);
    parts.push(length, frame);
  }
  return concatBytes(parts) as Uint8Array<ArrayBuffer>;
}

/**
 * The frames of a body whose version was looked at. They are views on it.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if it is cut, `LIMIT_EXCEEDED` if it has more frames than `limit`
 */
export function decodeFrames(body: Uint8Array, limit: number): Uint8Array[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const frames: Uint8Array[] = [];
  for (let offset = 1; offset < body.length; ) {
    if (frames.length === limit)
      throw coreError("LIMIT_EXCEEDED", `the body has more than ${limit} operations; send less at once`, {
        details: { limit },
      });
    const start = offset + lengthBytes;
    const end = start <= body.length ? start + view.getUint32(offset, true) : Number.POSITIVE_INFINITY;
    if (end > body.length) throw invalidArgument("body", `the operation at byte ${offset} is cut`);
    frames.push(body.subarray(start, end));
    offset = end;
  }
  return frames;
}
