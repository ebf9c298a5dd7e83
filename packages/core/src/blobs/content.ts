import { coreError } from "../errors/create.js";
import type { Digest } from "../identity/digest.js";
import { openHasher } from "../identity/native-hasher.js";
import type { BlobContent } from "./blob-store.js";

/** Where content comes from. */
export interface ContentSource {
  readonly digest: Digest;
  /** Bytes of the whole blob. */
  readonly size: number;
  /** Bytes that are read: those of the range, or all. */
  readonly length: number;
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Whether to hash what is read, because it is the whole blob. */
  readonly verify: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Content that is read once. */
export function createContent({ digest, size, length, pieces, verify, signal }: ContentSource): BlobContent {
  let used = false;
  const open = (): AsyncGenerator<Uint8Array, void, void> => {
    if (used) throw coreError("CLOSED", `the content of ${digest} has been read; get it again`);
    used = true;
    return checked(digest, pieces, verify, signal);
  };
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    let whole: Uint8Array<ArrayBuffer> | undefined;
    let offset = 0;
    for await (const piece of open()) {
      if (offset + piece.length > length) throw wrongLength(digest, length);
      // Pieces that lie one behind the other in memory of just this length are the whole already.
      const inPlace = piece.buffer.byteLength === length && piece.byteOffset === offset;
      whole ??= new Uint8Array((inPlace ? piece.buffer : length) as ArrayBuffer);
      if (piece.buffer !== whole.buffer || !inPlace) whole.set(piece, offset);
      offset += piece.length;
    }
    if (offset !== length) throw wrongLength(digest, length);
    return whole ?? new Uint8Array(0);
  };
  return {
    digest,
    size,
    bytes,
    text: async () => new TextDecoder().decode(await bytes()),
    stream: () => streamOf(open()),
    [Symbol.asyncIterator]: open,
  };
}

function wrongLength(digest: Digest, length: number): Error {
  return coreError(
    "CORRUPT",
    `the blob ${digest} does not have the ${length} bytes that were to be read. Restore it from a backup`,
    {
      details: { digest },
    },
  );
}

async function* checked(
  digest: Digest,
  pieces: AsyncIterable<Uint8Array>,
  verify: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const hasher = verify ? await openHasher() : undefined;
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    hasher?.update(piece);
    yield piece;
  }
  const actual = hasher?.digest() ?? digest;
  if (actual !== digest) {
    throw coreError(
      "CORRUPT",
      `the blob ${digest} has been damaged: its bytes have the digest ${actual}. Restore it from a backup`,
      {
        details: { digest, actual },
      },
    );
  }
}

function streamOf(pieces: AsyncGenerator<Uint8Array, void, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return();
    },
  });
}
