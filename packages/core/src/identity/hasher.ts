import type { Digest } from "./digest.js";
import { nativeHasher } from "./native-hasher.js";
import { portableHasher } from "./portable-hasher.js";

/** Computes one digest from bytes that arrive piece by piece. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Ends the computation; call it once. */
  digest(): Digest;
}

/** SHA-256, by the host's native implementation where there is one. */
export function createHasher(): Hasher {
  return nativeHasher() ?? portableHasher();
}

/** The digest of bytes, or of the UTF-8 of a string. */
export function digestOf(content: Uint8Array | string): Digest {
  const hasher = createHasher();
  hasher.update(typeof content === "string" ? new TextEncoder().encode(content) : content);
  return hasher.digest();
}
