import type { BlobDriver, StoredBlob } from "../blobs/driver.js";
import { concatBytes, copyBytes } from "../identity/bytes.js";
import type { Digest } from "../identity/digest.js";
import { type Clock, systemClock } from "../time/clock.js";

interface MemoryBlob extends StoredBlob {
  readonly bytes: Uint8Array;
}

/** How to make a BlobDriver in memory. */
export interface MemoryBlobsOptions {
  /** Gives `modifiedAt`. Default: the host's clock. */
  readonly clock?: Clock | undefined;
}

/** A BlobDriver that lives in this process. */
export function memoryBlobs(options: MemoryBlobsOptions = {}): BlobDriver {
  const clock = options.clock ?? systemClock();
  const scopes = new Map<string, Map<Digest, MemoryBlob>>();
  const find = (scope: string, digest: Digest): MemoryBlob | undefined => scopes.get(scope)?.get(digest);
  return {
    name: "memory",
    capabilities: { shared: false, durable: false },
    async put(upload) {
      const pieces: Uint8Array[] = [];
      for await (const piece of upload.body) pieces.push(copyBytes(piece));
      const digest = upload.digest()!;
      const bytes = find(upload.scope, digest)?.bytes ?? concatBytes(pieces);
      const blobs = scopes.get(upload.scope) ?? new Map<Digest, MemoryBlob>();
      scopes.set(upload.scope, blobs);
      blobs.set(digest, { digest, size: bytes.length, modifiedAt: clock.now(), bytes });
    },
    async get(scope, digest, range) {
      const blob = find(scope, digest);
      if (blob === undefined) return undefined;
      return pieces(
        range === undefined ? blob.bytes : blob.bytes.subarray(range.offset, range.offset + range.length),
      );
    },
    async stat(scope, digest) {
      const blob = find(scope, digest);
      return blob === undefined ? undefined : { digest, size: blob.size, modifiedAt: blob.modifiedAt };
    },
    async renew(scope, digest) {
      const blob = find(scope, digest);
      if (blob === undefined) return false;
      scopes.get(scope)!.set(digest, { ...blob, modifiedAt: clock.now() });
      return true;
    },
    async *list(scope, after) {
      const digests = [...(scopes.get(scope)?.keys() ?? [])].filter(
        (digest) => after === undefined || digest > after,
      );
      for (const digest of digests.sort()) {
        const blob = find(scope, digest);
        if (blob !== undefined) yield { digest, size: blob.size, modifiedAt: blob.modifiedAt };
      }
    },
    async delete(scope, digest) {
      const blobs = scopes.get(scope);
      const deleted = blobs?.delete(digest) ?? false;
      if (blobs?.size === 0) scopes.delete(scope);
      return deleted;
    },
    async *scopes() {
      yield* [...scopes.keys()].sort();
    },
    async close() {},
  };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  const size = 65_536;
  for (let offset = 0; offset < bytes.length; offset += size) yield copyBytes(bytes, offset, offset + size);
}
