import { hostModule } from "../host/host.js";
import type { Hasher } from "./digest.js";

interface NodeHash {
  update(bytes: Uint8Array): unknown;
  digest(encoding: "hex"): string;
}

/** SHA-256 of the host; `undefined` where it has none that takes bytes piece by piece, as in browsers. */
export function nativeHasher(): Hasher | undefined {
  const hash = hostModule<{ createHash(name: "sha256"): NodeHash }>("node:crypto")?.createHash("sha256");
  return hash && { update: (bytes) => void hash.update(bytes), digest: () => `sha256:${hash.digest("hex")}` };
}

/** {@link nativeHasher}, or the portable one, which a browser then loads when the first blob is hashed. */
export async function openHasher(): Promise<Hasher> {
  return nativeHasher() ?? (await import("./portable-hasher.js")).portableHasher();
}
