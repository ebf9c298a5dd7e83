import type { Digest, Hasher } from "./digest.js";
import { nativeHasher } from "./native-hasher.js";
import { portableHasher } from "./portable-hasher.js";

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
