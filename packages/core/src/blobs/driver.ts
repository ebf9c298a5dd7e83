import type { CallOptions } from "../cancellation/abort.js";
import type { Digest } from "../identity/digest.js";

/** What a blob driver promises. */
export interface BlobDriverCapabilities {
  /** Whether several processes can have the same blobs open at once. */
  readonly shared: boolean;
  /** Whether an acknowledged blob survives `kill -9` of client and server. */
  readonly durable: boolean;
}

/** A blob as it is stored. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly size: number;
  /** When it was put or renewed last, in microseconds since the epoch, by the store's clock. */
  readonly modifiedAt: number;
}

/** A part of a blob. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** The bytes of one blob on their way into a store. */
export interface BlobUpload {
  /** Which namespace the blob belongs to. Blobs of different scopes are different blobs, even with equal bytes. */
  readonly scope: string;
  /** The bytes, in pieces of any size. It throws at its end if they are not what was promised: then store nothing. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The digest of the bytes. Known from the start if the caller knew it, else once `body` has ended. */
  digest(): Digest | undefined;
  /** The number of bytes, if the caller knew it. */
  readonly size?: number | undefined;
}

/**
 * What a storage author writes for a BlobStore. Core hashes, checks digests and arguments, and refuses a closed store.
 *
 * - A blob is visible whole or not at all, whatever is killed when.
 * - `put` of a digest that is there succeeds, keeps the bytes and sets `modifiedAt` to now.
 * - `list` gives blobs in the order of their digests.
 * - A missing blob is `undefined` or `false`; a failure is thrown, with the codes of KvDriver.
 *
 * Prove it with `blobConformance` of `@millwright/core/testing`.
 */
export interface BlobDriver {
  /** For messages: the kind of store and where it is, without secrets. */
  readonly name: string;
  readonly capabilities: BlobDriverCapabilities;
  /** Stores the bytes under their digest; resolves once they are durable. */
  put(upload: BlobUpload, options?: CallOptions): Promise<void>;
  /**
   * The bytes of a blob, or of a part of it that lies inside, in pieces of any size. The pieces are the reader's: nothing else
   * refers to their memory, and the driver does not use it again.
   */
  get(
    scope: string,
    digest: Digest,
    range?: ByteRange,
    options?: CallOptions,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  stat(scope: string, digest: Digest, options?: CallOptions): Promise<StoredBlob | undefined>;
  /** Sets `modifiedAt` to now; `false` if there is no such blob. */
  renew(scope: string, digest: Digest, options?: CallOptions): Promise<boolean>;
  /** All blobs of a scope whose digest sorts after `after`. */
  list(scope: string, after: Digest | undefined, options?: CallOptions): AsyncIterable<StoredBlob>;
  /** Removes a blob; `false` if there was none. */
  delete(scope: string, digest: Digest, options?: CallOptions): Promise<boolean>;
  /** Scopes that hold blobs, in order. */
  scopes(options?: CallOptions): AsyncIterable<string>;
  /** Releases what the driver itself opened. Called once, with no call in flight. */
  close(): Promise<void>;
}
