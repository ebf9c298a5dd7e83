import { coreError } from "../errors/create.js";
import { concatBytes } from "../identity/bytes.js";
import type { Hasher } from "../identity/digest.js";
import { createHasher } from "../identity/hasher.js";
import type { StoredEntry } from "../kv/driver.js";

/**
 * A backup is the magic line, then frames: a kind (one byte), a length (four bytes, big-endian) and so many bytes. The last
 * frame holds the counts, and the SHA-256 of everything before it. Kinds from 0x80 on may be skipped by who does not know them.
 */
export const backupMagic: Uint8Array = new TextEncoder().encode("millwright backup 1\n");

/** The kinds of frames. A blob is one `blob` frame (JSON) and the `piece` frames behind it. */
export const frameKind = { entry: 1, blob: 2, piece: 3, end: 4 } as const;

/** Longest content of a frame. */
export const maximumFrame = 1_048_576;

/** One frame. */
export interface BackupFrame {
  readonly kind: number;
  readonly content: Uint8Array;
}

/** The bytes of a frame. */
export function encodeFrame(kind: number, content: Uint8Array): Uint8Array {
  const head = new Uint8Array(5);
  head[0] = kind;
  new DataView(head.buffer).setUint32(1, content.length);
  return concatBytes([head, content]);
}

/** The frames of a stream whose pieces are of any size, and the digest of all bytes before the last frame. */
export async function* readFrames(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<BackupFrame & { readonly digestBefore: () => string }, void, void> {
  const bytes = reader(source, signal);
  const hasher = createHasher();
  const magic = await bytes.take(backupMagic.length);
  if (magic === undefined || new TextDecoder().decode(magic) !== new TextDecoder().decode(backupMagic)) {
    throw coreError(
      "FOREIGN_DATA",
      "this is no backup that this release can read: it does not begin with the line of one",
    );
  }
  hasher.update(magic);
  for (;;) {
    const head = await bytes.take(5);
    if (head === undefined) throw truncated();
    const length = new DataView(head.buffer, head.byteOffset, 5).getUint32(1);
    if (length > maximumFrame)
      throw coreError(
        "CORRUPT",
        `the backup is damaged: a frame of ${length} bytes is longer than any can be`,
      );
    const content = await bytes.take(length);
    if (content === undefined) throw truncated();
    const kind = head[0]!;
    if (kind === frameKind.end) {
      yield { kind, content, digestBefore: () => hasher.digest() };
      if ((await bytes.take(1)) !== undefined)
        throw coreError("CORRUPT", "the backup is damaged: there are bytes behind its end");
      return;
    }
    hasher.update(head);
    hasher.update(content);
    yield { kind, content, digestBefore: () => "" };
  }
}

function truncated(): Error {
  return coreError("CORRUPT", "the backup is cut off: its last frame is missing. Use another copy of it");
}

/** Takes exact numbers of bytes out of pieces; `undefined` at the end, also if only some are left. */
function reader(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): { take(count: number): Promise<Uint8Array | undefined> } {
  const pieces = source[Symbol.asyncIterator]();
  let held: Uint8Array[] = [];
  let available = 0;
  return {
    async take(count) {
      while (available < count) {
        signal?.throwIfAborted();
        const step = await pieces.next();
        if (step.done === true) return undefined;
        held.push(step.value);
        available += step.value.length;
      }
      const whole = held.length === 1 ? held[0]! : concatBytes(held);
      held = [whole.subarray(count)];
      available -= count;
      // A copy of the plain kind: slice of a Node Buffer would be a view, and a Buffer.
      return new Uint8Array(whole.subarray(0, count));
    },
  };
}

/** A sink of frames that knows the digest of what it has written. */
export interface FrameWriter {
  write(kind: number, content: Uint8Array): Promise<void>;
  /** The digest so far; nothing but the last frame may follow. */
  digest(): string;
}

/** Writes the magic line, then frames, to a function that takes bytes. */
export async function frameWriter(write: (bytes: Uint8Array) => Promise<void>): Promise<FrameWriter> {
  const hasher: Hasher = createHasher();
  let final = false;
  const send = async (bytes: Uint8Array): Promise<void> => {
    if (!final) hasher.update(bytes);
    await write(bytes);
  };
  await send(backupMagic);
  return {
    write: (kind, content) => send(encodeFrame(kind, content)),
    digest() {
      final = true;
      return hasher.digest();
    },
  };
}

/** An entry as bytes: version; flags and, where set, deadline and order; the lengths of order and key; key; value. */
export function encodeEntry(entry: StoredEntry): Uint8Array {
  const order = entry.order ?? new Uint8Array();
  const head = new Uint8Array(16 + 1 + 8 + 2 + 2);
  const view = new DataView(head.buffer);
  head.set(entry.version, 0);
  head[16] = (entry.expiresAt === undefined ? 0 : 1) | (entry.order === undefined ? 0 : 2);
  view.setFloat64(17, entry.expiresAt ?? 0);
  view.setUint16(25, order.length);
  view.setUint16(27, entry.key.length);
  return concatBytes([head, order, entry.key, entry.value]);
}

/** The entry of bytes that {@link encodeEntry} gave. @throws {MillwrightError} `CORRUPT` */
export function decodeEntry(bytes: Uint8Array): StoredEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [orderLength, keyLength] = bytes.length < 29 ? [0, 0] : [view.getUint16(25), view.getUint16(27)];
  if (bytes.length < 29 + orderLength + keyLength || keyLength === 0)
    throw coreError("CORRUPT", "the backup is damaged: an entry is cut off");
  const flags = bytes[16]!;
  const keyStart = 29 + orderLength;
  return {
    key: bytes.slice(keyStart, keyStart + keyLength),
    value: bytes.slice(keyStart + keyLength),
    version: bytes.slice(0, 16),
    expiresAt: flags & 1 ? view.getFloat64(17) : undefined,
    order: flags & 2 ? bytes.slice(29, keyStart) : undefined,
  };
}
