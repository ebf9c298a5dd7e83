import { abortable } from "../cancellation/abort.js";
import { coreError, invalidArgument } from "../errors/create.js";
import type { Digest } from "../identity/digest.js";
import { openHasher } from "../identity/native-hasher.js";
import type { BlobPutOptions, BlobSource } from "./blob-store.js";

const partBytes = 1024 * 1024;

/** Bytes being hashed and counted on their way. */
export interface HashedBody {
  readonly body: AsyncIterable<Uint8Array>;
  /** Known once the body has ended, or from the start if it was promised. */
  digest(): Digest | undefined;
  /** Bytes that have passed. */
  size(): number;
}

/** The source as pieces. @throws {MillwrightError} `INVALID_ARGUMENT` */
export function piecesOf(source: BlobSource): AsyncIterable<Uint8Array> {
  if (typeof source === "string") return single(new TextEncoder().encode(source));
  if (source instanceof Uint8Array) return single(source);
  if (isPieces(source)) return each(source);
  if (typeof source === "object" && source !== null) {
    if (Symbol.asyncIterator in source) return source;
    if ("getReader" in source) return readerPieces(source as ReadableStream<Uint8Array>);
  }
  throw invalidArgument(
    "source",
    "a blob is put from a Uint8Array, a string, a ReadableStream or an async iterable of Uint8Array",
  );
}

/** Whether the same bytes can be sent a second time. */
export function isRepeatable(source: BlobSource): boolean {
  return typeof source === "string" || source instanceof Uint8Array || isPieces(source);
}

function isPieces(source: BlobSource): source is readonly Uint8Array[] {
  return Array.isArray(source);
}

/** Hashes what passes, and throws at the end if it is not what was promised. */
export function hashed(pieces: AsyncIterable<Uint8Array>, promised: BlobPutOptions): HashedBody {
  let size = 0;
  let digest: Digest | undefined = promised.digest;
  async function* body(): AsyncGenerator<Uint8Array, void, void> {
    const hasher = await openHasher();
    for await (const piece of until(promised.signal, pieces)) {
      if (!(piece instanceof Uint8Array)) throw invalidArgument("source", "each piece is a Uint8Array");
      hasher.update(piece);
      size += piece.length;
      if (promised.size !== undefined && size > promised.size)
        throw mismatch(`more than the promised ${promised.size} bytes`);
      yield piece;
    }
    const actual = hasher.digest();
    if (promised.size !== undefined && size !== promised.size)
      throw mismatch(`${size} bytes, not the promised ${promised.size}`);
    if (promised.digest !== undefined && actual !== promised.digest)
      throw mismatch(`the digest ${actual}, not ${promised.digest}`);
    digest = actual;
  }
  return { body: body(), digest: () => digest, size: () => size };
}

/** The pieces, until the signal aborts: also while the source is waited for, which may never say anything more. */
async function* until(
  signal: AbortSignal | undefined,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const iterator = pieces[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await abortable(iterator.next(), signal);
      if (done === true) {
        ended = true;
        return;
      }
      yield value;
    }
  } finally {
    // Not waited for: a source that hangs would hang here as well.
    if (!ended) Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** Releases a source whose bytes are not needed. */
export function leaveUnread(source: BlobSource): void {
  if (isRepeatable(source)) return;
  const { cancel, destroy } = source as { cancel?: () => Promise<void>; destroy?: () => void };
  if (typeof cancel === "function") cancel.call(source).catch(() => {});
  else if (typeof destroy === "function") destroy.call(source);
  else Promise.resolve(piecesOf(source)[Symbol.asyncIterator]().return?.()).catch(() => {});
}

function mismatch(found: string): Error {
  return coreError(
    "DIGEST_MISMATCH",
    `the bytes to put have ${found}; nothing was stored. Was the file changed while it was read?`,
  );
}

/** In parts, so that a driver can write one while the next is hashed. */
async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  for (let start = 0; start < bytes.length; start += partBytes)
    yield bytes.subarray(start, start + partBytes);
}

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* pieces;
}

// Not every browser iterates a ReadableStream by itself.
async function* readerPieces(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
