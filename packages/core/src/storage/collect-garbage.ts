import type { StoredBlob } from "../blobs/driver.js";
import type { CallOptions } from "../cancellation/abort.js";
import type { Digest } from "../identity/digest.js";
import { type DurationInput, toDuration } from "../time/times.js";
import { condemn } from "./condemned-batch.js";
import { referencedDigests } from "./references.js";
import type { Storage } from "./storage.js";

const batchSize = 64;

/** How to collect. */
export interface CollectGarbageOptions extends CallOptions {
  /**
   * Blobs put or renewed within this time are left alone, since their reference may be on its way. It must exceed the time
   * from a `put` to the commit of its reference, and the disagreement of clocks. Default: `"24h"`.
   */
  readonly grace?: DurationInput | undefined;
  /** Only says what would be collected. Default: false. */
  readonly dryRun?: boolean | undefined;
  /** Called after each batch of blobs. */
  readonly onProgress?: ((report: GarbageReport) => void) | undefined;
}

/** What a collection found and did. Sizes are in bytes. */
export interface GarbageReport {
  /** Blobs looked at. */
  readonly examined: number;
  /** Blobs removed; with `dryRun`, those that would be. */
  readonly collected: number;
  readonly collectedBytes: number;
  /** Blobs without a reference that are within their grace, or were touched while the collection ran. */
  readonly spared: number;
  /** Blobs that are referred to and are not there: damage, as by a deletion that bypassed the references. */
  readonly missing: readonly Digest[];
}

/**
 * Removes the blobs of this namespace that nothing refers to. It runs beside writers of any process, several at once, and
 * can be killed and begun again at any time. Each page of references and blobs is read once; only blobs that look unused are
 * judged one by one.
 *
 * @throws {MillwrightError} `UNSUPPORTED` on an unordered store; `INVALID_ARGUMENT` for a grace that is no duration
 *
 * @example
 * ```ts
 * import { collectGarbage, composeStorage } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const { collected, collectedBytes } = await collectGarbage(storage, { dryRun: true });
 * console.log(`${collected} blobs, ${collectedBytes} bytes could be freed`);
 * ```
 */
export async function collectGarbage(
  storage: Storage,
  options: CollectGarbageOptions = {},
): Promise<GarbageReport> {
  const { signal, dryRun = false, onProgress } = options;
  signal?.throwIfAborted();
  const grace = toDuration(options.grace ?? "24h", "grace");
  const report = { examined: 0, collected: 0, collectedBytes: 0, spared: 0, missing: [] as Digest[] };
  let batch: StoredBlob[] = [];
  const judge = async (): Promise<void> => {
    const removed = dryRun ? batch : await condemn(storage, batch, { grace, signal });
    report.collected += removed.length;
    report.collectedBytes += removed.reduce((sum, blob) => sum + blob.size, 0);
    report.spared += batch.length - removed.length;
    batch = [];
    onProgress?.({ ...report, missing: [...report.missing] });
  };
  for await (const { digest, blob, referenced } of joined(storage, signal)) {
    if (blob === undefined) {
      if (await isMissing(storage, digest, signal)) report.missing.push(digest);
      continue;
    }
    report.examined++;
    if (referenced) continue;
    if (blob.modifiedAt > storage.clock.now() - grace) report.spared++;
    else batch.push(blob);
    if (batch.length >= batchSize) await judge();
  }
  await judge();
  return report;
}

interface Joined {
  readonly digest: Digest;
  readonly blob: StoredBlob | undefined;
  readonly referenced: boolean;
}

/** Blobs and referenced digests, both in the order of digests, side by side. They are no snapshot: only a first opinion. */
async function* joined(
  storage: Storage,
  signal: AbortSignal | undefined,
): AsyncGenerator<Joined, void, void> {
  const references = referencedDigests(storage.kv, signal);
  try {
    let reference = await references.next();
    for await (const blob of storage.blobs.list({ signal })) {
      while (reference.done !== true && reference.value < blob.digest) {
        yield { digest: reference.value, blob: undefined, referenced: true };
        reference = await references.next();
      }
      const referenced = reference.done !== true && reference.value === blob.digest;
      if (referenced) reference = await references.next();
      yield { digest: blob.digest, blob, referenced };
    }
    for (; reference.done !== true; reference = await references.next()) {
      yield { digest: reference.value, blob: undefined, referenced: true };
    }
  } finally {
    await references.return();
  }
}

/** Looks first for the blob, then for the references: they go in the other order. */
async function isMissing(
  storage: Storage,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (await storage.blobs.has(digest, { signal })) return false;
  return (await storage.kv.list({ prefix: ["ref", digest] }, { limit: 1, signal }).next()).done !== true;
}
