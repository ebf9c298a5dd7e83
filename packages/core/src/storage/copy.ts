import type { CallOptions } from "../cancellation/abort.js";
import { compareBytes } from "../identity/bytes.js";
import type { KvDriverMutation, StoredEntry } from "../kv/driver.js";
import { copyBlobs } from "./copy-blobs.js";
import { isEmpty, readProgress, refuseTarget, writeProgress } from "./copy-progress.js";
import {
  applyAll,
  assertOrdered,
  behind,
  entryPages,
  equalEntries,
  sideBySide,
  wholeRange,
} from "./entry-pages.js";
import type { Storage } from "./storage.js";

/** How to copy. */
export interface CopyStorageOptions extends CallOptions {
  /**
   * Makes the target, a finished copy, equal to the source again: what was written to it since is undone. Also accepts one
   * that names another source, as after a move of the directory. Not needed to go on with a copy that was stopped. Default:
   * false.
   */
  readonly resume?: boolean | undefined;
  /** Called after each page of entries and each blob. */
  readonly onProgress?: ((progress: CopyReport) => void) | undefined;
}

/** What has been copied so far. */
export interface CopyReport {
  /** Entries of the source that were looked at. */
  readonly entries: number;
  /** Entries written or removed in the target. */
  readonly changed: number;
  readonly blobs: number;
  readonly blobBytes: number;
}

/**
 * Makes a storage an exact copy of another, all namespaces included: keys, values, versions, deadlines, orders, the
 * sequences of logs, and blobs, each verified on the way. Journals are local to a machine and are not copied.
 *
 * A copy that was stopped goes on where it stood. Copying again, with `resume`, brings the copy up to date and removes what
 * the source has no more. Readers of the source are not disturbed. Writers are not either, but what they write behind the
 * position of the copy is missed: to move house, copy, stop the writers, and copy again with `resume`, which is quick; then
 * {@link compareStorages} finds nothing. Use the target only after that.
 *
 * @throws {MillwrightError} `UNSUPPORTED` if either store is unordered; `ALREADY_EXISTS` if the target holds anything but an
 *   earlier copy of this source, and for a finished one without `resume`; `CORRUPT` if a blob of the source is damaged
 *
 * @example
 * ```ts
 * import { compareStorages, composeStorage, copyStorage } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 *
 * const from = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const to = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * await copyStorage(from, to, { onProgress: ({ entries, blobs }) => console.log(entries, blobs) });
 * for await (const difference of compareStorages(from, to)) console.log(difference);
 * ```
 */
export async function copyStorage(
  from: Storage,
  to: Storage,
  options: CopyStorageOptions = {},
): Promise<CopyReport> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  assertOrdered(from.drivers.kv, "copied");
  assertOrdered(to.drivers.kv, "copied to");
  const source = `${from.drivers.kv.name} with ${from.drivers.blobs.name}`;
  const progress = await readProgress(to.drivers.kv, to.clock, { signal });
  if (progress === undefined) {
    if (!(await isEmpty(to, { signal })))
      refuseTarget(to, "is not empty and no copy; copy to an empty storage");
  } else if (progress.state === "restoring") {
    refuseTarget(to, "holds an unfinished restore; restore it again, or copy to an empty storage");
  } else if (options.resume !== true && progress.source !== source) {
    refuseTarget(
      to,
      `is a copy of ${progress.source}, not of ${source}; pass resume if that is the same data under another name`,
    );
  } else if (options.resume !== true && progress.state === "complete") {
    refuseTarget(
      to,
      "is a finished copy; pass resume to make it equal again, which undoes what was written to it since",
    );
  }
  let after = progress?.state === "copying" ? progress.after : undefined;
  const report = { entries: 0, changed: 0, blobs: 0, blobBytes: 0 };
  const onCopied = (blob: { readonly size: number }): void => {
    report.blobs++;
    report.blobBytes += blob.size;
    onProgress?.({ ...report });
  };
  await writeProgress(to.drivers.kv, to.clock, { source, state: "copying", after }, { signal });
  // Blobs come first, so that an entry that refers to one never stands without it.
  await copyBlobs(from.drivers.blobs, to.drivers.blobs, { signal, onCopied });
  for await (const page of entryPages(from.drivers.kv, { signal, now: () => from.clock.now(), after })) {
    const end = page.at(-1)!.key;
    report.changed += await copyRange(to, page, after, behind(end), signal);
    report.entries += page.length;
    after = end;
    await writeProgress(to.drivers.kv, to.clock, { source, state: "copying", after }, { signal });
    onProgress?.({ ...report });
  }
  report.changed += await copyRange(to, [], after, wholeRange.end, signal);
  // Blobs that were put meanwhile, for entries that were copied.
  await copyBlobs(from.drivers.blobs, to.drivers.blobs, { signal, onCopied });
  await writeProgress(to.drivers.kv, to.clock, { source, state: "complete" }, { signal });
  return report;
}

/** Makes the entries of `to` behind `after` and before `end` those of the page. Gives the number of changes. */
async function copyRange(
  to: Storage,
  page: readonly StoredEntry[],
  after: Uint8Array | undefined,
  end: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<number> {
  const mutations: KvDriverMutation[] = [];
  let rest = [...page];
  for await (const present of entryPages(to.drivers.kv, { signal, now: () => to.clock.now(), after, end })) {
    const last = present.at(-1)!.key;
    const upTo = rest.filter((entry) => compareBytes(entry.key, last) <= 0);
    rest = rest.slice(upTo.length);
    for (const { left, right } of sideBySide(upTo, present)) {
      if (left === undefined) mutations.push({ kind: "delete", key: right!.key });
      else if (right === undefined || !equalEntries(left, right))
        mutations.push({ kind: "import", entry: left });
    }
  }
  mutations.push(...rest.map((entry): KvDriverMutation => ({ kind: "import", entry })));
  await applyAll(to, mutations, signal);
  return mutations.length;
}
