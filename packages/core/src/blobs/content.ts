import { coreError } from "../errors/create.js";
import { concatBytes } from "../identity/bytes.js";
import { createHasher, type Digest } from "../identity/digest.js";
import type { BlobContent } from "./blob-store.js";

/** Content that is read once; `verify` hashes it on the way. */
export function createContent(
  digest: Digest,
  size: number,
  pieces: AsyncIterable<Uint8Array>,
  verify: boolean,
  signal: AbortSignal | undefined,
): BlobContent {
  let used = false;
  const open = (): AsyncGenerator<Uint8Array, void, void> => {
    if (used) throw coreError("CLOSED", `the content of ${digest} has been read; get it again`);
    used = true;
    return checked(digest, pieces, verify, signal);
  };
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const parts: Uint8Array[] = [];
    for await (const piece of open()) parts.push(piece);
    return concatBytes(parts) as Uint8Array<ArrayBuffer>;
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

async function* checked(
  digest: Digest,
  pieces: AsyncIterable<Uint8Array>,
  verify: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const hasher = verify ? createHasher() : undefined;
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
