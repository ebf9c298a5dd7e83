import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { coreError } from "../../errors/create.js";
import { syncDirectory } from "../directory/durable-files.js";
import { hasCode } from "../directory/local-error.js";
import type { Crc32cTable } from "./crc32c.js";
import { decodeHeader, encodeHeader, headerBytes, type SegmentHeader } from "./journal-format.js";
import { endOfSegment, type SegmentEnd } from "./scan-segment.js";

/** A segment by its first sequence. */
export interface Segment {
  readonly first: number;
  readonly path: string;
}

/** The path of the segment that begins with a sequence. */
export function segmentPath(directory: string, first: number): string {
  return join(directory, `${String(first).padStart(16, "0")}.segment`);
}

/** The segments of a journal in order. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{16}\.segment$/.test(name)).sort();
  return names.map((name) => ({ first: Number(name.slice(0, 16)), path: join(directory, name) }));
}

/** The bytes of a segment with its header. @throws {MillwrightError} `CORRUPT`, `FORMAT_TOO_NEW` */
export async function readSegment(
  table: Crc32cTable,
  segment: Segment,
): Promise<{ readonly bytes: Buffer; readonly header: SegmentHeader }> {
  const bytes = await readFile(segment.path);
  const header = decodeHeader(table, bytes);
  if (header === "newer")
    throw coreError(
      "FORMAT_TOO_NEW",
      `${segment.path} was written by a newer release. Upgrade @millwright/core`,
    );
  if (header === undefined || header.first !== segment.first)
    throw damaged(segment, "its header does not decode");
  return { bytes, header };
}

/** The state of the last segment, which is where writing goes on. */
export interface LastSegment {
  readonly segments: readonly Segment[];
  readonly header: SegmentHeader;
  readonly end: SegmentEnd;
}

/**
 * Finds the last segment and the end of its whole frames. A segment that a kill left without a whole header is removed: it
 * has no frames yet. `undefined` if there is no segment.
 */
export async function recoverSegments(
  table: Crc32cTable,
  directory: string,
): Promise<LastSegment | undefined> {
  const segments = await listSegments(directory);
  for (;;) {
    const last = segments.at(-1);
    if (last === undefined) return undefined;
    if ((await stat(last.path)).size < headerBytes) {
      await rm(last.path);
      await syncDirectory(directory);
      segments.pop();
      continue;
    }
    const { bytes, header } = await readSegment(table, last);
    const end = endOfSegment(table, bytes, header.first);
    if (end.rest === "damaged")
      throw damaged(last, `frame ${end.lastSequence + 1} does not decode, and whole frames follow it`);
    return { segments, header, end };
  }
}

/** Makes a segment and opens it for writing. */
export function createSegment(
  table: Crc32cTable,
  directory: string,
  header: SegmentHeader,
): { segment: Segment; file: number } {
  const segment = { first: header.first, path: segmentPath(directory, header.first) };
  const file = openSync(segment.path, "wx");
  try {
    writeFully(file, encodeHeader(table, header), 0);
    fdatasyncSync(file);
    syncDirectoryNow(directory);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return { segment, file };
}

/** Opens a segment to go on behind its whole frames; a torn rest is cut off. */
export function reopenSegment(segment: Segment, wholeBytes: number): number {
  const file = openSync(segment.path, "r+");
  ftruncateSync(file, wholeBytes);
  return file;
}

/** Writes all bytes at a position, however many calls it takes. */
export function writeFully(file: number, bytes: Uint8Array, position: number): void {
  for (let offset = 0; offset < bytes.length; ) {
    offset += writeSync(file, bytes, offset, bytes.length - offset, position + offset);
  }
}

/** An error that names a damaged segment. */
export function damaged(segment: Segment, problem: string): Error {
  return coreError(
    "CORRUPT",
    `${segment.path} is damaged: ${problem}. Restore the directory from a backup, or delete the journal`,
  );
}

function syncDirectoryNow(path: string): void {
  if (process.platform === "win32") return;
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Removes a segment; one that is gone already is no failure. */
export async function removeSegment(segment: Segment): Promise<void> {
  try {
    await rm(segment.path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
