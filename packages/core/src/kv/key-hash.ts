/**
 * A 32-bit hash of a key (FNV-1a with the finalizer of MurmurHash3), as a signed integer. It is stored nowhere:
 * drivers name locks and change hints by it, so a collision costs time, never correctness.
 */
export function keyHash(key: Uint8Array, length = key.length): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < length; index++) hash = Math.imul(hash ^ key[index]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
