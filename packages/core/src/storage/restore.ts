import { hashed, piecesOf } from "../blobs/source.js";
import type { CallOptions } from "../cancellation/abort.js";
import { fromCanonicalJson } from "../encoding/canonical-json.js";
import { coreError } from "../errors/create.js";
import { equalBytes } from "../identity/bytes.js";
import { type Digest, isDigest } from "../identity/digest.js";
import type { KvDriverMutation } from "../kv/driver.js";
import { type BackupReport, encodeEnd } from "./backup.js";
import { decodeEntry, frameKind, readFrames } from "./backup-frames.js";
import { isEmpty, readProgress, refuseTarget, writeProgress } from "./copy-progress.js";
import { applyAll, assertOrdered, entryPages } from "./entry-pages.js";
import { parseNamespace } from "./namespace.js";
import type { Storage } from "./storage.js";

/** The bytes of a backup; a function that opens them each time lets them be verified before anything is restored. */
export type BackupSource = BackupBytes | (() => BackupBytes);

/** The bytes of a backup, in pieces of any size. */
export type BackupBytes = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** How to restore. */
export interface RestoreOptions extends CallOptions {
  readonly onProgress?: ((report: BackupReport) => void) | undefined;
}

const source = "a backup";
const pageEntries = 256;

/**
 * Fills an empty storage from what `backup` wrote, on the same backend or another.
 *
 * Given a function, it reads the backup twice and touches the storage only if all of it is whole. Given a stream, it finds
 * damage on the way: it then throws, and the storage says of itself that it is unfinished until a restore succeeds; such a
 * storage may be restored again.
 *
 * @throws {MillwrightError} `ALREADY_EXISTS` if the storage holds anything; `CORRUPT` if the backup is cut off or damaged;
 *   `FOREIGN_DATA` if it is none; `UNSUPPORTED` for an unordered store
 *
 * @example
 * ```ts
 * import { composeStorage, restore } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 *
 * async function load(open: () => AsyncIterable<Uint8Array>) { // () => createReadStream("storage.backup")
 *   const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 *   await restore(storage, open);
 *   return storage;
 * }
 * ```
 */
export async function restore(
  storage: Storage,
  backup: BackupSource,
  options: RestoreOptions = {},
): Promise<BackupReport> {
  const { signal, onProgress } = options;
  const { drivers, clock } = storage;
  signal?.throwIfAborted();
  assertOrdered(drivers.kv, "restored to");
  const progress = await readProgress(drivers.kv, clock, { signal });
  if (progress?.state !== "restoring") {
    if (progress !== undefined || !(await isEmpty(storage, { signal })))
      refuseTarget(storage, "is not empty; restore to an empty storage");
  }
  if (typeof backup === "function") await verifyBackup(backup(), { signal });
  await writeProgress(drivers.kv, clock, { source, state: "restoring" }, { signal });
  // What an unfinished restore left may be of another backup.
  if (progress !== undefined) await clear(storage, signal);
  let page: KvDriverMutation[] = [];
  const flush = async (): Promise<void> => {
    await applyAll(storage, page, signal);
    page = [];
  };
  const report = await walk(typeof backup === "function" ? backup() : backup, signal, {
    async entry(content) {
      page.push({ kind: "import", entry: decodeEntry(content) });
      if (page.length >= pageEntries) await flush();
    },
    async blob(scope, digest, pieces) {
      const { body } = hashed(pieces, { digest, signal });
      await drivers.blobs.put({ scope, body, digest: () => digest }, { signal });
    },
    onProgress,
  });
  await flush();
  await writeProgress(drivers.kv, clock, { source, state: "complete" }, { signal });
  return report;
}

async function clear(storage: Storage, signal: AbortSignal | undefined): Promise<void> {
  const { drivers, clock } = storage;
  for await (const page of entryPages(drivers.kv, { signal, now: () => clock.now() })) {
    const mutations = page.map(({ key }): KvDriverMutation => ({ kind: "delete", key }));
    await applyAll(storage, mutations, signal);
  }
  for await (const scope of drivers.blobs.scopes({ signal })) {
    for await (const { digest } of drivers.blobs.list(scope, undefined, { signal })) {
      await drivers.blobs.delete(scope, digest, { signal });
    }
  }
}

/**
 * Reads a backup to its end and says what it holds.
 *
 * @throws {MillwrightError} `CORRUPT` if it is cut off or damaged; `FOREIGN_DATA` if it is none
 */
export async function verifyBackup(backup: BackupBytes, options: CallOptions = {}): Promise<BackupReport> {
  return walk(backup, options.signal, {
    async entry(content) {
      decodeEntry(content);
    },
    async blob(_scope, digest, pieces) {
      for await (const _ of hashed(pieces, { digest }).body);
    },
  });
}

/** What the JSON of a frame may hold. */
interface Facts {
  readonly namespace?: unknown;
  readonly digest?: unknown;
}

interface Visitor {
  entry(content: Uint8Array): Promise<void>;
  blob(scope: string, digest: Digest, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  readonly onProgress?: ((report: BackupReport) => void) | undefined;
}

async function walk(
  backup: BackupBytes,
  signal: AbortSignal | undefined,
  visitor: Visitor,
): Promise<BackupReport> {
  const frames = readFrames(piecesOf(backup), signal);
  const report = { entries: 0, blobs: 0, blobBytes: 0 };
  let step = await frames.next();
  while (step.done !== true && step.value.kind !== frameKind.end) {
    const { kind, content } = step.value;
    if (kind === frameKind.blob) {
      const { scope, digest } = parseBlob(content);
      step = await frames.next();
      const pieces = async function* (): AsyncGenerator<Uint8Array, void, void> {
        for (; step.done !== true && step.value.kind === frameKind.piece; step = await frames.next()) {
          report.blobBytes += step.value.content.length;
          yield step.value.content;
        }
      };
      const body = pieces();
      await visitor.blob(scope, digest, body).catch(damaged);
      // A store that has the blob already need not read it.
      while ((await body.next()).done !== true);
      while (step.done !== true && step.value.kind === frameKind.piece) step = await frames.next();
      report.blobs++;
    } else {
      if (kind === frameKind.entry) {
        await visitor.entry(content);
        report.entries++;
      } else if (kind < 0x80)
        throw coreError("CORRUPT", `the backup has a frame of the kind ${kind} where none can be`);
      step = await frames.next();
    }
    if (kind === frameKind.blob || report.entries % pageEntries === 0) visitor.onProgress?.({ ...report });
  }
  if (step.done !== true) assertEnd(step.value, report);
  await frames.next(); // throws if anything is left
  return report;
}

function parseBlob(content: Uint8Array): { scope: string; digest: Digest } {
  const { namespace, digest } = fromCanonicalJson(
    new TextDecoder().decode(content),
    "a blob of the backup",
  ) as Facts;
  if (typeof digest !== "string" || !isDigest(digest) || typeof namespace !== "string")
    throw coreError("CORRUPT", "the backup is damaged: it names no blob");
  return { scope: parseNamespace(namespace, "a namespace of the backup"), digest };
}

/** The last frame is not covered by the digest, so it must be to the letter what a backup of this content ends with. */
function assertEnd(
  frame: { readonly content: Uint8Array; digestBefore(): string },
  report: BackupReport,
): void {
  if (equalBytes(frame.content, encodeEnd(report, frame.digestBefore()))) return;
  throw coreError(
    "CORRUPT",
    "the backup is damaged: it does not have the digest that stands at its end. Use another copy of it",
  );
}

function damaged(error: unknown): never {
  if ((error as { code?: string }).code !== "DIGEST_MISMATCH") throw error;
  throw coreError(
    "CORRUPT",
    "the backup is damaged: a blob does not have its digest. Use another copy of it",
    { cause: error },
  );
}
