import { hashed } from "../blobs/source.js";
import type { CallOptions } from "../cancellation/abort.js";
import { toCanonicalJson } from "../encoding/canonical-json.js";
import { coreError } from "../errors/create.js";
import { concatBytes } from "../identity/bytes.js";
import { encodeEntry, type FrameWriter, frameKind, frameWriter, maximumFrame } from "./backup-frames.js";
import { assertOrdered, entryPages } from "./entry-pages.js";
import type { Storage } from "./storage.js";

/** How to back up. */
export interface BackupOptions extends CallOptions {
  /** Called after each page of entries and each blob. */
  readonly onProgress?: ((report: BackupReport) => void) | undefined;
}

/** What a backup holds, or a restore has restored so far. */
export interface BackupReport {
  readonly entries: number;
  readonly blobs: number;
  readonly blobBytes: number;
}

/**
 * Writes a whole storage, all namespaces included, as one stream that {@link restore} reads on any backend: entries with
 * versions, deadlines and orders, then blobs, and a digest at the end. The sink is closed at the end, and aborted on failure.
 * Journals are local to a machine and are not included.
 *
 * Each page of entries is one snapshot, the whole is not: to have a backup of one moment, stop the writers, or back up a copy.
 *
 * @throws {MillwrightError} `UNSUPPORTED` for an unordered store; `CORRUPT` if a blob is damaged
 *
 * @example
 * ```ts
 * import { backup, composeStorage } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const file = new TransformStream<Uint8Array, Uint8Array>(); // or Writable.toWeb(createWriteStream("storage.backup"))
 * const saved = new Response(file.readable).blob();
 * const { entries } = await backup(storage, file.writable);
 * console.log(entries, (await saved).size);
 * ```
 */
export async function backup(
  storage: Storage,
  sink: WritableStream<Uint8Array>,
  options: BackupOptions = {},
): Promise<BackupReport> {
  assertOrdered(storage.drivers.kv, "backed up");
  const writer = sink.getWriter();
  try {
    const report = await writeAll(storage, (bytes) => writer.ready.then(() => writer.write(bytes)), options);
    await writer.close();
    return report;
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  } finally {
    writer.releaseLock();
  }
}

async function writeAll(
  storage: Storage,
  write: (bytes: Uint8Array) => Promise<void>,
  options: BackupOptions,
): Promise<BackupReport> {
  const { signal, onProgress } = options;
  const { kv, blobs } = storage.drivers;
  const report = { entries: 0, blobs: 0, blobBytes: 0 };
  const frames = await frameWriter(write);
  // Entries come before blobs, so that a reference in the backup has its blob: collection leaves a dropped one for a day.
  for await (const page of entryPages(kv, { signal, now: () => storage.clock.now() })) {
    for (const entry of page) await frames.write(frameKind.entry, encodeEntry(entry));
    report.entries += page.length;
    onProgress?.({ ...report });
  }
  for await (const scope of blobs.scopes({ signal })) {
    for await (const { digest } of blobs.list(scope, undefined, { signal })) {
      const size = await writeBlob(storage, frames, scope, digest, signal);
      if (size === undefined) continue;
      report.blobs++;
      report.blobBytes += size;
      onProgress?.({ ...report });
    }
  }
  await frames.write(frameKind.end, encodeEnd(report, frames.digest()));
  return report;
}

/** The content of the last frame: what the backup holds, and the digest of all bytes before it. */
export function encodeEnd({ entries, blobs, blobBytes }: BackupReport, digest: string): Uint8Array {
  return new TextEncoder().encode(toCanonicalJson({ entries, blobs, blobBytes, digest }));
}

/** The size; `undefined` if the blob has been collected meanwhile. */
async function writeBlob(
  storage: Storage,
  frames: FrameWriter,
  scope: string,
  digest: `sha256:${string}`,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const { blobs } = storage.drivers;
  const pieces = await blobs.get(scope, digest, undefined, { signal });
  if (pieces === undefined) return undefined;
  const { body, size, digest: actual } = hashed(pieces, { signal });
  await frames.write(frameKind.blob, new TextEncoder().encode(toCanonicalJson({ namespace: scope, digest })));
  for await (const piece of gathered(body)) await frames.write(frameKind.piece, piece);
  if (actual() !== digest) {
    throw coreError(
      "CORRUPT",
      `the blob ${digest} of the namespace ${scope} in ${blobs.name} is damaged; restore it, or drop its references`,
      {
        details: { namespace: scope, digest },
      },
    );
  }
  return size();
}

/** Pieces of at most a frame, and not much smaller. */
async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    for (let offset = 0; offset < piece.length; ) {
      const part = piece.subarray(offset, offset + maximumFrame - bytes);
      held.push(part);
      bytes += part.length;
      offset += part.length;
      if (bytes < maximumFrame) continue;
      yield concatBytes(held);
      held = [];
      bytes = 0;
    }
  }
  if (bytes > 0) yield concatBytes(held);
}
