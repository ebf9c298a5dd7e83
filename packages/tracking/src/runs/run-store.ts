import {
  addReference,
  type CallOptions,
  dropReference,
  type FormatGuard,
  formatGuard,
  type KvAtomic,
  type RecordEntry,
  type RecordStore,
  recordStore,
  type Storage,
  transact,
  type Version,
} from "@millwright/core";
import { boundSearchLog, touchSearchIndex } from "@millwright/core/search";
import { trackingError } from "../errors.js";
import { ownValue } from "./run-draft.js";
import {
  artifactOwner,
  experimentKey,
  type RunInfo,
  root,
  runRecord,
  type StoredRun,
  searchPrefix,
} from "./run-record.js";
import { fromStoredRun, toStoredRun } from "./stored-run.js";

/** A run as it was read, with what is needed to rewrite it. */
export interface RunEntry {
  readonly value: RunInfo;
  readonly version: Version;
  readonly record: RecordEntry<StoredRun>;
}

function entryOf(record: RecordEntry<StoredRun>): RunEntry {
  return { value: fromStoredRun(record.value), version: record.version, record };
}

/** A run to write, and how it was read. */
export interface RunWrite {
  readonly run: RunInfo;
  /** `undefined` for a new run. */
  readonly previous: RunEntry | undefined;
}

/** The records of runs, and all that is written together with one: the index of its experiment, the references to its files. */
export class RunStore {
  readonly storage: Storage;
  /** Looked at before every read and write. */
  readonly format: FormatGuard;
  readonly #records: RecordStore<typeof runRecord>;

  constructor(storage: Storage) {
    this.storage = storage;
    this.format = formatGuard(storage, { package: "tracking", reader: 1, writer: 1 });
    this.#records = recordStore(storage, runRecord, [...root, "runs"]);
  }

  /** `undefined` if there is no such run, also for what is no id. */
  async find(id: string, { signal }: CallOptions = {}): Promise<RunEntry | undefined> {
    if (typeof id !== "string" || id === "") return undefined;
    await this.format.assertReadable({ signal });
    const record = await this.#records.get([id], { signal });
    return record && entryOf(record);
  }

  /** @throws {MillwrightError} `RUN_NOT_FOUND` */
  async get(id: string, options: CallOptions = {}): Promise<RunEntry> {
    const entry = await this.find(id, options);
    if (entry === undefined)
      throw trackingError("RUN_NOT_FOUND", `there is no run ${id}`, { details: { run: id } });
    return entry;
  }

  /** Those of some runs that are there. */
  async getMany(ids: readonly string[], { signal }: CallOptions = {}): Promise<Map<string, RunEntry>> {
    await this.format.assertReadable({ signal });
    const entries = await this.#records.getMany(
      ids.map((id) => [id]),
      { signal },
    );
    return new Map(
      entries.flatMap((record) => (record === undefined ? [] : [[record.value.id, entryOf(record)]])),
    );
  }

  /** All runs, those that were deleted included, by their ids. */
  async *list({ signal }: CallOptions = {}): AsyncGenerator<RunEntry, void, void> {
    await this.format.assertReadable({ signal });
    for await (const record of this.#records.list({}, { signal })) yield entryOf(record);
  }

  /** Core's `transact` for commits that write runs. They add to the log of the search, which is kept bounded here: nobody may be searching. */
  async transact<Result>(
    body: (atomic: KvAtomic) => Promise<Result>,
    { signal }: CallOptions = {},
  ): Promise<Result> {
    const { kv } = this.storage;
    await this.format.assertWritable({ signal });
    const { value, commit } = await transact(kv, body, { signal });
    // The commit stands, whatever becomes of the cut; the next one makes up for it.
    await boundSearchLog(kv, searchPrefix, commit, { signal }).catch(() => {});
    return value;
  }

  /** Adds the write of a run to a commit. */
  async write(
    atomic: KvAtomic,
    run: RunInfo,
    previous: RunEntry | undefined,
    options: CallOptions = {},
  ): Promise<void> {
    await this.writeAll(atomic, [{ run, previous }], options);
  }

  /** Adds the writes of several runs to a commit: all that it writes, since the index hears of them together. */
  async writeAll(atomic: KvAtomic, writes: readonly RunWrite[], options: CallOptions = {}): Promise<void> {
    if (writes.length === 0) return;
    for (const write of writes) await this.#write(atomic, write, options);
    touchSearchIndex(
      atomic,
      searchPrefix,
      writes.map(({ run }) => run.id),
    );
  }

  async #write(atomic: KvAtomic, { run, previous }: RunWrite, { signal }: CallOptions): Promise<void> {
    await this.#records.write(atomic, [run.id], toStoredRun(run), { previous: previous?.record, signal });
    if (previous === undefined) atomic.set(experimentKey(run), null);
    const before = previous?.value.artifacts ?? {};
    for (const [path, { digest }] of Object.entries(before))
      if (ownValue(run.artifacts, path)?.digest !== digest)
        dropReference(atomic, digest, artifactOwner(run.id, path));
    for (const [path, { digest }] of Object.entries(run.artifacts))
      if (ownValue(before, path)?.digest !== digest)
        addReference(atomic, digest, artifactOwner(run.id, path));
  }

  /** Adds the removal of a run to a commit. Its points are dropped before, and most of its files. */
  remove(atomic: KvAtomic, entry: RunEntry): void {
    const run = entry.value;
    this.#records.remove(atomic, entry.record);
    touchSearchIndex(atomic, searchPrefix, [run.id]);
    atomic.delete(experimentKey(run));
    for (const [path, { digest }] of Object.entries(run.artifacts))
      dropReference(atomic, digest, artifactOwner(run.id, path));
  }
}
