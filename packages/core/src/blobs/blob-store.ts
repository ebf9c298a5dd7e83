import type { CallOptions } from "../cancellation/abort.js";
import type { Digest } from "../identity/digest.js";
import type { ByteRange, StoredBlob } from "./driver.js";

/** Bytes to store: whole, in an array of pieces, or as they come. A string is stored as UTF-8. */
export type BlobSource =
  | Uint8Array
  | string
  | readonly Uint8Array[]
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** How to put a blob. */
export interface BlobPutOptions extends CallOptions {
  /** The digest, where it is known: equal content that is already there is then not sent again. */
  readonly digest?: Digest | undefined;
  /** The number of bytes, where it is known. */
  readonly size?: number | undefined;
}

/** What was stored. */
export interface BlobInfo {
  readonly digest: Digest;
  readonly size: number;
}

/** How to get a blob. */
export interface BlobGetOptions extends CallOptions {
  /** Only these bytes; they must lie inside the blob. A part is not verified against the digest. */
  readonly range?: ByteRange | undefined;
}

/**
 * The content of a blob. Read it once, by one of the ways. A whole blob is hashed while it is read: at its end the reader
 * throws `CORRUPT` if the bytes are not those of the digest, so do not act on them before the end.
 */
export interface BlobContent extends AsyncIterable<Uint8Array> {
  readonly digest: Digest;
  /** Bytes of the whole blob. */
  readonly size: number;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
  stream(): ReadableStream<Uint8Array>;
}

/**
 * Immutable content under its SHA-256 digest. Names live in the KvStore. Every use of a blob is a reference that is
 * committed with the record that uses it (`addReference`); blobs without one are collected by `collectGarbage`.
 *
 * @example
 * ```ts
 * import { composeStorage } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const { digest } = await storage.blobs.put("hello");
 * const content = await storage.blobs.get(digest);
 * console.log(await content?.text()); // hello
 * ```
 */
export interface BlobStore extends AsyncDisposable {
  /**
   * Stores bytes and gives their digest. Bytes that are already there are kept, and their age starts anew, so that
   * collection leaves them alone until the reference is committed.
   *
   * @throws {MillwrightError} `DIGEST_MISMATCH` if the bytes do not have the digest or size given; nothing is stored then
   */
  put(source: BlobSource, options?: BlobPutOptions): Promise<BlobInfo>;
  /** The content; `undefined` if there is none. */
  get(digest: Digest, options?: BlobGetOptions): Promise<BlobContent | undefined>;
  has(digest: Digest, options?: CallOptions): Promise<boolean>;
  /**
   * Starts the age of a blob anew, so that a reference to it can be committed safely; `false` if there is no such blob.
   * Call it before referring to a blob that was put earlier.
   */
  renew(digest: Digest, options?: CallOptions): Promise<boolean>;
  /** All blobs, in the order of their digests. */
  list(options?: CallOptions): AsyncIterable<StoredBlob>;
  /** Removes a blob whether it is referred to or not; `false` if there was none. Stations drop references instead. */
  delete(digest: Digest, options?: CallOptions): Promise<boolean>;
  close(): Promise<void>;
}
