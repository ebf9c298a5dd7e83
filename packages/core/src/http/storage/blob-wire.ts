import { coreError, invalidArgument } from "../../errors/create.js";
import { concatBytes, fromHex, toHex } from "../../identity/bytes.js";
import type { Digest } from "../../identity/digest.js";
import { WireWriter } from "./bytes.js";

/**
 * The body of a blob upload: pieces, each a length and so many bytes, then a length of 0 and the 32 bytes of the
 * SHA-256. Without that end nothing is stored, so that a body which anybody on the way cut short cannot pass for a whole.
 */
export async function* encodeUpload(
  body: AsyncIterable<Uint8Array>,
  digest: () => Digest | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const piece of body) {
    if (piece.length > 0) yield new WireWriter().bytes(piece).finish();
  }
  yield new WireWriter()
    .count(0)
    .raw(fromHex(digest()!.slice("sha256:".length))!)
    .finish();
}

const lengthBytes = 5;
const digestBytes = 32;

/**
 * The bytes inside an upload, in pieces as they arrive.
 *
 * @param onEnd given the digest that the sender states at the end; it may throw
 * @throws {MillwrightError} `INVALID_ARGUMENT` if the body is malformed; `UNAVAILABLE` if it ends early
 */
export async function* decodeUpload(
  body: AsyncIterable<Uint8Array>,
  onEnd: (digest: Digest) => void,
): AsyncGenerator<Uint8Array> {
  /** Bytes of the piece that are still to come; `undefined` between pieces, `"end"` behind the last one. */
  let missing: number | "end" | undefined;
  let head: Uint8Array = new Uint8Array(0);
  for await (const arrived of body) {
    let rest = head.length === 0 ? arrived : concatBytes([head, arrived]);
    head = new Uint8Array(0);
    while (rest.length > 0) {
      if (missing === "end") {
        if (rest.length > digestBytes) throw invalidArgument("body", "bytes follow the end of the upload");
        head = rest;
        break;
      }
      if (missing === undefined) {
        const length = leadingLength(rest);
        if (length === undefined) {
          head = rest;
          break;
        }
        missing = length.value === 0 ? "end" : length.value;
        rest = rest.subarray(length.bytes);
        continue;
      }
      const piece: Uint8Array = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      missing = piece.length === missing ? undefined : missing - piece.length;
      yield piece;
    }
  }
  if (missing !== "end" || head.length !== digestBytes) {
    throw coreError("UNAVAILABLE", "the upload ended before its last byte; nothing was stored", {
      retryable: true,
    });
  }
  onEnd(`sha256:${toHex(head)}`);
}

function leadingLength(bytes: Uint8Array): { value: number; bytes: number } | undefined {
  let value = 0;
  for (let index = 0; index < lengthBytes; index++) {
    const byte = bytes[index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, bytes: index + 1 };
  }
  throw invalidArgument("body", "a piece of the upload has a length of more than five bytes");
}
