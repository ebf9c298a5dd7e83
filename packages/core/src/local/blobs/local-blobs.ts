import type { Dirent, Stats } from "node:fs";
import { type FileHandle, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { BlobDriver, ByteRange, StoredBlob } from "../../blobs/driver.js";
import { coreError } from "../../errors/create.js";
import type { Digest } from "../../identity/digest.js";
import { makeDirectory, syncDirectory } from "../directory/durable-files.js";
import type { LocalDirectory } from "../directory/local-directory.js";
import { hasCode, onFiles } from "../directory/local-error.js";
import { blobPath, digestOfName, incomingDirectory, isScope, scopeDirectory } from "./blob-paths.js";
import { createBufferPool } from "./buffer-pool.js";
import { writeBlob } from "./write-blob.js";

const pieceBytes = 1024 * 1024;
/** What is read of up to so many bytes lies in one array, which a reader of the whole can then take as it is. */
const adjoiningBytes = 16 * 1024 * 1024;
/** A writer that has not touched its file for this long is dead. */
const leftoverMilliseconds = 24 * 3_600_000;

/** The BlobDriver over files: `blobs/<scope>/<first two digits>/<64 digits>`, each as old as its time of modification. */
export async function openBlobs(directory: LocalDirectory): Promise<BlobDriver> {
  const root = directory.blobs;
  const name = `local ${directory.path}`;
  const buffers = createBufferPool(pieceBytes);
  const guarded = <T>(call: () => Promise<T>): Promise<T> => onFiles(name, call);
  await guarded(async () => {
    await makeDirectory(incomingDirectory(root));
    await removeLeftovers(incomingDirectory(root), Date.now() - leftoverMilliseconds);
  });
  return {
    name,
    capabilities: { shared: true, durable: true },
    async put(upload, options) {
      const known = upload.digest();
      if (known !== undefined && (await guarded(() => renew(blobPath(root, upload.scope, known))))) return;
      await writeBlob({ root, name, buffers }, upload, options?.signal);
    },
    get: (scope, digest, range, options) =>
      guarded(async () => {
        const path = blobPath(root, scope, digest);
        const stats = await statIfThere(path);
        return stats === undefined
          ? undefined
          : readFilePart(path, name, range ?? { offset: 0, length: stats.size }, options?.signal);
      }),
    stat: (scope, digest) =>
      guarded(async () => {
        const stats = await statIfThere(blobPath(root, scope, digest));
        return stats === undefined ? undefined : storedBlob(digest, stats);
      }),
    renew: (scope, digest) => guarded(() => renew(blobPath(root, scope, digest))),
    list: (scope, after, options) => listScope(root, name, scope, after, options?.signal),
    delete: (scope, digest) =>
      guarded(async () => {
        const path = blobPath(root, scope, digest);
        try {
          await rm(path);
        } catch (error) {
          if (hasCode(error, "ENOENT")) return false;
          throw error;
        }
        await syncDirectory(join(path, ".."));
        return true;
      }),
    scopes: (options) => listScopes(root, name, options?.signal),
    async close() {},
  };
}

/** Deletes what killed writers have left behind before a time. */
export async function removeLeftovers(incoming: string, before: number): Promise<void> {
  for (const file of await readdir(incoming)) {
    const stats = await statIfThere(join(incoming, file));
    if (stats !== undefined && stats.mtimeMs < before) await rm(join(incoming, file), { force: true });
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function renew(path: string): Promise<boolean> {
  const now = Date.now() / 1000;
  try {
    await utimes(path, now, now);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

function storedBlob(digest: Digest, stats: Stats): StoredBlob {
  return { digest, size: stats.size, modifiedAt: Math.round(stats.mtimeMs * 1000) };
}

/**
 * Opens the file when the first piece is asked for, so that a reader that never starts holds nothing. One piece is read while
 * the reader works on the one before.
 */
async function* readFilePart(
  path: string,
  name: string,
  { offset, length }: ByteRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  signal?.throwIfAborted();
  if (length === 0) return;
  const file = await onFiles(name, () => openForReading(path));
  const adjoining = length <= adjoiningBytes ? newBytes(length) : undefined;
  const read = async (done: number): Promise<Uint8Array> => {
    const wanted = Math.min(pieceBytes, length - done);
    const target = adjoining?.subarray(done, done + wanted) ?? newBytes(wanted);
    const { bytesRead } = await onFiles(name, () => file.read(target, 0, wanted, offset + done));
    if (bytesRead === 0)
      throw coreError("CORRUPT", `${path} ends after ${offset + done} bytes. Restore it from a backup`);
    return target.subarray(0, bytesRead);
  };
  let reading = read(0);
  try {
    for (let done = 0; done < length; ) {
      const piece = await reading;
      done += piece.length;
      if (done < length) {
        reading = read(done);
        reading.catch(() => {}); // It surfaces when it is awaited.
      }
      signal?.throwIfAborted();
      yield piece;
    }
  } finally {
    await reading.catch(() => {});
    await file.close();
  }
}

/** Memory that is not cleared, since it is about to be filled. */
function newBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    throw coreError("NOT_FOUND", `${path} was deleted before it was read`, { cause: error });
  }
}

async function* listScope(
  root: string,
  name: string,
  scope: string,
  after: Digest | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredBlob, void, void> {
  const directory = scopeDirectory(root, scope);
  const shards = (await onFiles(name, () => entriesOf(directory))).filter((entry) =>
    /^[0-9a-f]{2}$/.test(entry.name),
  );
  for (const shard of shards.map((entry) => entry.name).sort()) {
    if (after !== undefined && shard < after.slice(7, 9)) continue;
    const files = await onFiles(name, () => entriesOf(join(directory, shard)));
    for (const file of files.map((entry) => entry.name).sort()) {
      const digest = digestOfName(file);
      if (digest === undefined || (after !== undefined && digest <= after)) continue;
      signal?.throwIfAborted();
      const stats = await onFiles(name, () => statIfThere(join(directory, shard, file)));
      if (stats !== undefined) yield storedBlob(digest, stats);
    }
  }
}

async function* listScopes(
  root: string,
  name: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, void> {
  const scopes = (await onFiles(name, () => entriesOf(root))).filter(
    (entry) => entry.isDirectory() && isScope(entry.name),
  );
  for (const scope of scopes.map((entry) => entry.name).sort()) {
    signal?.throwIfAborted();
    // A scope whose blobs have all been deleted leaves its directories behind.
    const { done } = await listScope(root, name, scope, undefined, signal).next();
    if (done !== true) yield scope;
  }
}

async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
