import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BlobUpload } from "../../blobs/driver.js";
import { coreError } from "../../errors/create.js";
import { makeDirectory, syncDirectory } from "../directory/durable-files.js";
import { hasCode, onFiles } from "../directory/local-error.js";
import { blobPath, incomingDirectory, scopeDirectory } from "./blob-paths.js";
import type { BufferPool } from "./buffer-pool.js";

/** Where blobs are written. */
export interface BlobFiles {
  readonly root: string;
  /** The store, for messages. */
  readonly name: string;
  readonly buffers: BufferPool;
}

/**
 * Stores the bytes of an upload: into a file beside the store, synced, then renamed to their digest, so that a blob is there
 * whole or not at all. Equal blobs that arrive at once replace each other with equal bytes.
 *
 * What the body throws is passed on as it is; a failure of the disk becomes an error of the store `name`.
 */
export async function writeBlob(
  files: BlobFiles,
  upload: BlobUpload,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { root, name } = files;
  scopeDirectory(root, upload.scope);
  const temporary = join(incomingDirectory(root), crypto.randomUUID());
  try {
    const file = await onFiles(name, () => open(temporary, "wx"));
    try {
      await writePieces(file, files, upload, signal);
      await onFiles(name, () => file.sync());
    } finally {
      await onFiles(name, () => file.close());
    }
    const digest = upload.digest();
    if (digest === undefined) throw coreError("INVALID_ARGUMENT", "the upload has ended without a digest");
    const path = blobPath(root, upload.scope, digest);
    await onFiles(name, () => moveInto(temporary, path));
  } catch (error) {
    await onFiles(name, () => rm(temporary, { force: true }));
    throw error;
  }
}

async function moveInto(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    await makeDirectory(dirname(path));
    await rename(temporary, path);
  }
  await syncDirectory(dirname(path));
}

/**
 * Fills one buffer while the other is written, so that hashing, which happens when a piece is asked for, and writing go on at
 * once. The copy is needed anyway: a producer may fill its array again.
 */
async function writePieces(
  file: FileHandle,
  { name, buffers }: BlobFiles,
  { body }: BlobUpload,
  signal: AbortSignal | undefined,
): Promise<void> {
  let filling: Buffer | undefined;
  let filled = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async (full: Buffer): Promise<void> => {
    const length = filled;
    [filling, filled] = [undefined, 0];
    await writing;
    writing = onFiles(name, () => writeAll(file, full.subarray(0, length))).then(() => buffers.give(full));
    // Reported where it is awaited; until then it must not count as unhandled.
    writing.catch(() => {});
  };
  try {
    for await (const piece of body) {
      signal?.throwIfAborted();
      for (let taken = 0; taken < piece.length; ) {
        filling ??= buffers.take();
        const part = piece.subarray(taken, taken + filling.length - filled);
        filling.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled === filling.length) await flush(filling);
      }
    }
    if (filling !== undefined) await flush(filling);
  } finally {
    await writing;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written);
    written += bytesWritten;
  }
}
