import { coreError, invalidArgument } from "../../errors/create.js";
import type { Key } from "../../kv/key.js";
import type { Version } from "../../kv/kv-store.js";
import { inParallel } from "../../storage/in-parallel.js";
import type { SearchDocument } from "../document.js";
import { lastPosition, readTail, trimLog } from "./change-log.js";
import { checkDocument } from "./columns/stored-value.js";
import { DocumentTable } from "./columns/table.js";
import { type CheckedOptions, mostBetween } from "./options.js";
import { type LogPosition, type SnapshotEntry, SnapshotStore } from "./snapshot/snapshot-store.js";
import { searchLog } from "./touch.js";

/** The documents as of a position of the log. */
interface Followed {
  readonly table: DocumentTable;
  position: LogPosition;
  /** Up to where the last snapshot that is known goes; `undefined` if none is. */
  covered: number | undefined;
  /** What has come since: how much a reader that opens that snapshot has to load again. */
  changes: number;
}

/** Changes that are taken over together. */
const changesPerStep = 10_000;
/** Identifiers of one `load`. */
const loadBatch = 1_000;
const loadsAtOnce = 4;
const longestRace = 8;
/** Documents of a rebuild between two reports, and two turns of the event loop. */
const documentsPerTurn = 1_000;

/** Follows the log of an index. Its methods must not overlap. */
export class Follower {
  readonly #options: CheckedOptions;
  readonly #log: Key;
  readonly #snapshots: SnapshotStore;
  #followed: Followed | undefined;
  /** The entry of a snapshot that could not be used, which may be replaced by anything. */
  #unusable: Version | undefined;

  constructor(options: CheckedOptions) {
    this.#options = options;
    this.#log = searchLog(options.prefix);
    this.#snapshots = new SnapshotStore(options.storage, [...options.prefix, "snapshot"], options.revision);
  }

  /** What has come since the last snapshot. */
  get changes(): number {
    return this.#followed?.changes ?? 0;
  }

  /** Whether so much has come since the last snapshot that a new one pays. */
  get isSnapshotDue(): boolean {
    const followed = this.#followed;
    return followed !== undefined && followed.changes > this.#changesToKeep(followed.table);
  }

  /** What the tail may grow to: a tenth of the documents, since a snapshot costs as much as all of them, but not what writers cut off. */
  #changesToKeep(table: DocumentTable): number {
    return Math.min(Math.max(this.#options.changesPerSnapshot, Math.floor(table.size / 10)), mostBetween);
  }

  /** The documents with every change that was committed before the call. What fails leaves the position where it was. */
  async follow(signal: AbortSignal): Promise<DocumentTable> {
    let resumeAt = 0;
    for (let attempt = 0; attempt < longestRace; attempt++) {
      this.#followed ??= await this.#open(resumeAt, signal);
      const followed = this.#followed;
      const lost = await this.#advance(followed, signal);
      if (lost === undefined) return followed.table;
      this.#followed = undefined;
      resumeAt = lost;
    }
    throw coreError(
      "UNAVAILABLE",
      `the log of the search index ${JSON.stringify(this.#log.map(String))} is cut off faster than it can be read; try again`,
      { retryable: true },
    );
  }

  /** Reads and applies the tail; gives where to resume if it is not there any more. */
  async #advance(followed: Followed, signal: AbortSignal): Promise<number | undefined> {
    for (;;) {
      const { kv } = this.#options.storage;
      const tail = await readTail(kv, this.#log, followed.position, changesPerStep, signal);
      if (tail.state === "lost") return tail.resumeAt;
      const documents = await this.#load(tail.ids, signal);
      // From here to the new position nothing waits and nothing fails.
      for (const [index, document] of documents.entries()) {
        if (document === undefined) followed.table.delete(tail.ids[index]!);
        else followed.table.put(document);
      }
      followed.position = tail.position;
      followed.changes += tail.changes;
      if (tail.ended) return undefined;
    }
  }

  async #load(ids: readonly string[], signal: AbortSignal): Promise<(SearchDocument | undefined)[]> {
    const documents = new Array<SearchDocument | undefined>(ids.length).fill(undefined);
    const starts = Array.from({ length: Math.ceil(ids.length / loadBatch) }, (_, batch) => batch * loadBatch);
    await inParallel(starts, loadsAtOnce, async (start) => {
      const batch = ids.slice(start, start + loadBatch);
      const loaded = await this.#options.load(batch, { signal });
      if (loaded.length !== batch.length)
        throw invalidArgument("load", `gave ${loaded.length} documents for ${batch.length} identifiers`);
      for (const [index, document] of loaded.entries()) {
        if (document === undefined) continue;
        checkDocument(document, "load");
        if (document.id !== batch[index])
          throw invalidArgument("load", `gave the document ${document.id} in the place of ${batch[index]}`);
        documents[start + index] = document;
      }
    });
    signal.throwIfAborted();
    return documents;
  }

  /** The snapshot, if it stands at `resumeAt` or behind it; else everything anew. */
  async #open(resumeAt: number, signal: AbortSignal): Promise<Followed> {
    let entry = await this.#snapshots.find(signal);
    while (
      entry.state === "usable" &&
      entry.version !== this.#unusable &&
      entry.position.sequence >= resumeAt
    ) {
      const table = await this.#snapshots.open(entry.digest, signal);
      if (table !== undefined)
        return { table, position: entry.position, covered: entry.position.sequence, changes: 0 };
      const again = await this.#snapshots.find(signal);
      // It was replaced while it was being read, or it is lost.
      if (again.state === "usable" && again.version === entry.version) break;
      entry = again;
    }
    if (entry.state === "usable" || entry.state === "unreadable") this.#unusable = entry.version;
    return this.#rebuild(signal);
  }

  async #rebuild(signal: AbortSignal): Promise<Followed> {
    const { storage, scan, onProgress } = this.#options;
    // What changes during the scan lies behind this position, and is read again.
    const position = await lastPosition(storage.kv, this.#log, signal);
    const table = new DocumentTable();
    let documents = 0;
    for await (const document of scan({ signal })) {
      signal.throwIfAborted();
      checkDocument(document, "scan");
      table.put(document);
      documents++;
      if (documents % documentsPerTurn > 0) continue;
      onProgress?.({ documents, done: false });
      await nextTurn();
    }
    signal.throwIfAborted();
    onProgress?.({ documents, done: true });
    return { table, position, covered: undefined, changes: documents };
  }

  /**
   * Writes a snapshot, unless another process has written one that is as good, and deletes the entries of the log that are far behind
   * it. The newest stay, so that readers a little behind need not read the snapshot.
   */
  async snapshot(always: boolean, signal: AbortSignal | undefined): Promise<void> {
    const followed = this.#followed;
    if (followed === undefined) return;
    const found = await this.#snapshots.find(signal);
    if (this.#followed !== followed) return;
    const { table, position } = followed;
    const kept = this.#changesToKeep(table);
    const covered = this.#coverage(found, position);
    if (covered !== undefined && covered !== followed.covered) {
      // Another process has written one.
      followed.covered = covered;
      followed.changes = Math.max(position.sequence - covered, 0);
    }
    if (covered !== undefined && (always ? position.sequence <= covered : followed.changes <= kept)) return;
    // Between reading the position and encoding the table nothing waits, so that they belong together.
    if (!(await this.#snapshots.replace(found, table, position, signal))) return;
    followed.covered = position.sequence;
    followed.changes = followed.position.sequence - position.sequence;
    await trimLog(this.#options.storage.kv, this.#log, position.sequence - kept + 1, signal);
  }

  /** Up to where the snapshot that is there spares reading. One of a newer release is taken as perfect: it is not to be replaced. */
  #coverage(found: SnapshotEntry, position: LogPosition): number | undefined {
    if (found.state === "foreign") return position.sequence;
    if (found.state !== "usable" || found.version === this.#unusable) return undefined;
    return found.position.sequence;
  }
}

/** Lets the host do something else. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
