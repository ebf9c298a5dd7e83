import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BlobUpload } from "../../blobs/driver.js";
import { coreError } from "../../errors/create.js";
import { makeDirectory, syncDirectory } from "../directory/durable-files.js";
import { hasCode } from "../directory/local-error.js";
import { blobPath, incomingDirectory, scopeDirectory } from "./blob-paths.js";

const writeBytes = 256 * 1024;

/**
 * Stores the bytes of an upload: into a file beside the store, synced, then renamed to their digest, so that a blob is there
 * whole or not at all. Equal blobs that arrive at once replace each other with equal bytes.
 */
export async function writeBlob(
  root: string,
  upload: BlobUpload,
  signal: AbortSignal | undefined,
): Promise<void> {
  scopeDirectory(root, upload.scope);
  const temporary = join(incomingDirectory(root), crypto.randomUUID());
  try {
    const file = await open(temporary, "wx");
    try {
      await writePieces(file, upload.body, signal);
      await file.sync();
    } finally {
      await file.close();
    }
    const digest = upload.digest();
    if (digest === undefined) throw coreError("INVALID_ARGUMENT", "the upload has ended without a digest");
    const path = blobPath(root, upload.scope, digest);
    await moveInto(temporary, path);
  } finally {
    await rm(temporary, { force: true });
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

/** Small pieces are gathered, so that a stream of lines does not become a call of the system for each. */
async function writePieces(
  file: FileHandle,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    for (let rest = gathered; rest.length > 0; ) {
      const { bytesWritten } = await file.writev(rest);
      rest = behind(rest, bytesWritten);
    }
    gathered = [];
    bytes = 0;
  };
  for await (const piece of body) {
    signal?.throwIfAborted();
    if (piece.length === 0) continue;
    // A producer may fill the same array again.
    gathered.push(piece.length < writeBytes ? piece.slice() : piece);
    bytes += piece.length;
    if (bytes >= writeBytes) await flush();
  }
  await flush();
}

function behind(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  let skip = written;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    if (skip >= piece.length) skip -= piece.length;
    else {
      rest.push(piece.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}
