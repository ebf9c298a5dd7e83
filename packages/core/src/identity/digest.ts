import { invalidArgument } from "../errors/create.js";

/** The SHA-256 of some bytes: `sha256:` and 64 lowercase hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** Computes one digest from bytes that arrive piece by piece. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Ends the computation; call it once. */
  digest(): Digest;
}

/** Whether a string is a well-formed digest. */
export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** The string as a digest. @throws {MillwrightError} `INVALID_ARGUMENT` */
export function parseDigest(text: string, path = "digest"): Digest {
  if (!isDigest(text))
    throw invalidArgument(path, `${JSON.stringify(text)} is not sha256: and 64 lowercase hex digits`);
  return text;
}
