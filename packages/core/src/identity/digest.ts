import { sha256 } from "@noble/hashes/sha2.js";
import { invalidArgument } from "../errors/create.js";
import { hostModule } from "../host/host.js";
import { toHex } from "./bytes.js";

/** The SHA-256 of some bytes: `sha256:` and 64 lowercase hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** Computes one digest from bytes that arrive piece by piece. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Ends the computation; call it once. */
  digest(): Digest;
}

interface NodeHash {
  update(bytes: Uint8Array): unknown;
  digest(encoding: "hex"): string;
}

/** SHA-256, by the host's native implementation where there is one. */
export function createHasher(): Hasher {
  const native = hostModule<{ createHash(name: "sha256"): NodeHash }>("node:crypto")?.createHash("sha256");
  if (native !== undefined) {
    return { update: (bytes) => void native.update(bytes), digest: () => `sha256:${native.digest("hex")}` };
  }
  const portable = sha256.create();
  return {
    update: (bytes) => void portable.update(bytes),
    digest: () => `sha256:${toHex(portable.digest())}`,
  };
}

/** The digest of bytes, or of the UTF-8 of a string. */
export function digestOf(content: Uint8Array | string): Digest {
  const hasher = createHasher();
  hasher.update(typeof content === "string" ? new TextEncoder().encode(content) : content);
  return hasher.digest();
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
