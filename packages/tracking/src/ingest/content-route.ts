import { coreError, createHasher, parseDigest } from "@millwright/core";
import { bodyTooLong, jsonReply } from "@millwright/core/http";
import { wholeNumber } from "./query.js";
import type { IngestRoute } from "./routes.js";
import { assertBinary } from "./statuses.js";

/** Stores content under its digest, before the operation that refers to it. */
export const putContent: IngestRoute = async (call, { storage, demand, contentLimit }) => {
  assertBinary(call);
  const digest = parseDigest(call.query.get("digest") ?? "", "digest");
  const size = wholeNumber(call, "size", 0);
  if (size > contentLimit || Number(call.header("content-length")) > contentLimit)
    throw bodyTooLong(contentLimit);
  await demand([]);

  /** The digest is not told to the store: it would not ask for bytes that it has, and nobody may refer to what he does not have. */
  async function* verified(): AsyncGenerator<Uint8Array, void, void> {
    const hasher = createHasher();
    let bytes = 0;
    for await (const piece of call.body) {
      bytes += piece.length;
      if (bytes > size) break;
      hasher.update(piece);
      yield piece;
    }
    if (bytes !== size || hasher.digest() !== digest)
      throw coreError(
        "DIGEST_MISMATCH",
        `the body is not the ${size} bytes of ${digest}; nothing was stored`,
      );
  }

  await storage.blobs.put(verified(), { size, signal: call.signal });
  return jsonReply(200, { digest, size });
};
