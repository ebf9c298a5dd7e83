import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "./bytes.js";
import type { Hasher } from "./digest.js";

/** SHA-256 in JavaScript. */
export function portableHasher(): Hasher {
  const hash = sha256.create();
  return { update: (bytes) => void hash.update(bytes), digest: () => `sha256:${toHex(hash.digest())}` };
}
