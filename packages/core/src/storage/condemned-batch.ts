import { condemnationOf, condemnationTrace, condemnationUse, condemnedKey } from "../blobs/condemned.js";
import type { StoredBlob } from "../blobs/driver.js";
import type { CallOptions } from "../cancellation/abort.js";
import type { Version } from "../kv/kv-store.js";
import { inParallel } from "./in-parallel.js";
import type { Storage } from "./storage.js";

const concurrency = 8;

/** What became of a condemned blob. `"unknown"`: its deletion failed, and may still take effect. */
type Verdict = "kept" | "deleted" | "unknown";

/**
 * Judges blobs that looked unused, and gives those that it removed. Announces all of them, looks at each again, deletes, and
 * says so; docs/decisions/0003-collecting-blobs.md has the argument for why no reference is left without its blob.
 */
export async function condemn(
  storage: Storage,
  suspects: readonly StoredBlob[],
  options: CallOptions & { readonly grace: number },
): Promise<StoredBlob[]> {
  const { signal } = options;
  const since = storage.clock.monotonic();
  const { condemned, version } = await announce(storage, suspects, signal);
  const verdicts = new Map<StoredBlob, Verdict>();
  try {
    const judge = async (blob: StoredBlob): Promise<Verdict> => {
      if (!(await isGarbage(storage, blob, options))) return "kept";
      // Writers take a condemnation for abandoned some time after this.
      if (storage.clock.monotonic() - since > condemnationUse) return "kept";
      verdicts.set(blob, "unknown");
      await storage.blobs.delete(blob.digest, { signal });
      return "deleted";
    };
    await inParallel(condemned, concurrency, async (blob) => {
      verdicts.set(blob, await judge(blob));
    });
  } finally {
    await conclude(storage, condemned, version, verdicts);
  }
  return condemned.filter((blob) => verdicts.get(blob) === "deleted");
}

/** Writes the condemnations, except where another collector is at work. */
async function announce(
  storage: Storage,
  suspects: readonly StoredBlob[],
  signal: AbortSignal | undefined,
): Promise<{ condemned: StoredBlob[]; version: Version | undefined }> {
  let blobs = [...suspects];
  while (blobs.length > 0) {
    const marks = await storage.kv.getMany(
      blobs.map((blob) => condemnedKey(blob.digest)),
      { signal },
    );
    const free = blobs
      .map((blob, index) => ({ blob, mark: marks[index] }))
      .filter(({ mark }) => condemnationOf(mark) !== "condemned");
    const atomic = storage.kv.atomic();
    for (const { blob, mark } of free) {
      const key = condemnedKey(blob.digest);
      atomic.check(key, mark?.version ?? null).set(key, "condemned", { expireIn: condemnationTrace });
    }
    blobs = free.map(({ blob }) => blob);
    if (blobs.length === 0) break;
    const result = await atomic.commit({ signal });
    if (result.ok) return { condemned: blobs, version: result.version };
  }
  return { condemned: [], version: undefined };
}

/**
 * The age comes first: a blob that is old by then had its reference committed by then, if at all within the grace, so that
 * the look at the references sees it.
 */
async function isGarbage(
  storage: Storage,
  blob: StoredBlob,
  { grace, signal }: CallOptions & { readonly grace: number },
): Promise<boolean> {
  const cutoff = storage.clock.now() - grace;
  const current = await storage.drivers.blobs.stat(storage.namespaceName, blob.digest, { signal });
  if (current === undefined || current.modifiedAt > cutoff) return false;
  return (await storage.kv.list({ prefix: ["ref", blob.digest] }, { limit: 1, signal }).next()).done === true;
}

/**
 * Ends the condemnations: those of kept blobs vanish, those of deleted ones leave a trace for writers that touched the blob
 * just before. Where the deletion may still take effect, writers wait until the lease is over.
 */
async function conclude(
  storage: Storage,
  condemned: readonly StoredBlob[],
  version: Version | undefined,
  verdicts: ReadonlyMap<StoredBlob, Verdict>,
): Promise<void> {
  let open = condemned.filter((blob) => verdicts.get(blob) !== "unknown");
  while (open.length > 0 && version !== undefined) {
    const atomic = storage.kv.atomic();
    for (const blob of open) {
      const key = condemnedKey(blob.digest);
      atomic.check(key, version);
      if (verdicts.get(blob) === "deleted") atomic.set(key, "collected", { expireIn: condemnationTrace });
      else atomic.delete(key);
    }
    const result = await atomic.commit();
    if (result.ok) return;
    const lost = new Set(result.failed.map((key) => key[2]));
    open = open.filter((blob) => !lost.has(blob.digest));
  }
}
