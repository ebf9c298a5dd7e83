import type { BlobStore } from "../../../blobs/blob-store.js";
import { MillwrightError } from "../../../errors/millwright-error.js";
import { type Digest, isDigest } from "../../../identity/digest.js";
import type { Key } from "../../../kv/key.js";
import type { KvEntry, KvStore, Version } from "../../../kv/kv-store.js";
import { addReference, dropReference } from "../../../storage/references.js";
import type { DocumentTable } from "../columns/table.js";
import { decodeTable } from "./decode.js";
import { encodeTable } from "./encode.js";

/** The format of snapshots: in 2 columns may hold lists. A higher one is left alone, and the index is built without it. */
const format = 2;

/** How long a replaced snapshot stays, for readers that are on the way to it; those that miss it look for its successor. */
const keepFor = "1h";

/** Where a reader of the log stands. */
export interface LogPosition {
  /** The last sequence that was taken over; 0 before the first. */
  readonly sequence: number;
  /** The version of its entry, by which a log that was replaced is noticed. */
  readonly version: Version | undefined;
}

/** What the key of the snapshot says. */
export type SnapshotEntry =
  | { readonly state: "none" }
  /** Of a newer release; or of an older one whose documents were others, or not what any writes. */
  | { readonly state: "foreign" | "unreadable"; readonly version: Version }
  | {
      readonly state: "usable";
      readonly version: Version;
      readonly digest: Digest;
      readonly position: LogPosition;
    };

/** The one snapshot of an index: a blob, and the key that says which. */
export class SnapshotStore {
  readonly #storage: { readonly kv: KvStore; readonly blobs: BlobStore };
  readonly #key: Key;
  readonly #revision: number;

  constructor(storage: { readonly kv: KvStore; readonly blobs: BlobStore }, key: Key, revision: number) {
    this.#storage = storage;
    this.#key = key;
    this.#revision = revision;
  }

  async find(signal: AbortSignal | undefined): Promise<SnapshotEntry> {
    return parseEntry(await this.#storage.kv.get(this.#key, { signal }), this.#revision);
  }

  /** The table of a snapshot; `undefined` if it is gone or damaged. A store that cannot be reached is an error. */
  async open(digest: Digest, signal: AbortSignal | undefined): Promise<DocumentTable | undefined> {
    let bytes: Uint8Array | undefined;
    try {
      bytes = await (await this.#storage.blobs.get(digest, { signal }))?.bytes();
    } catch (error) {
      if (MillwrightError.is(error) && error.code === "CORRUPT") return undefined;
      throw error;
    }
    if (bytes === undefined) return undefined;
    try {
      return decodeTable(bytes);
    } catch {
      return undefined;
    }
  }

  /**
   * Writes a snapshot in the place of what was found; `false` if somebody else was faster. The table is encoded before this returns, so
   * it may change while the promise is pending.
   */
  async replace(
    found: SnapshotEntry,
    table: DocumentTable,
    position: LogPosition,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { kv, blobs } = this.#storage;
    const documents = table.size;
    const { digest } = await blobs.put(encodeTable(table), { signal });
    const version = found.state === "none" ? null : found.version;
    const atomic = kv
      .atomic()
      .check(this.#key, version)
      .set(this.#key, {
        format,
        revision: this.#revision,
        digest,
        documents,
        position: position.sequence,
        version: position.version ?? null,
      });
    addReference(atomic, digest, this.#key);
    if (found.state === "usable" && found.digest !== digest)
      dropReference(atomic, found.digest, this.#key, { keepFor });
    return (await atomic.commit({ signal })).ok;
  }
}

function parseEntry(entry: KvEntry | undefined, wanted: number): SnapshotEntry {
  if (entry === undefined) return { state: "none" };
  const { version } = entry;
  const value = entry.value as Readonly<Record<string, unknown>> | null;
  if (typeof value !== "object" || value === null) return { state: "unreadable", version };
  if (typeof value.format === "number" && value.format > format) return { state: "foreign", version };
  const { digest, position, revision = 1 } = value;
  if (typeof revision === "number" && revision > wanted) return { state: "foreign", version };
  if (
    (value.format !== 1 && value.format !== format) ||
    revision !== wanted ||
    typeof digest !== "string" ||
    !isDigest(digest) ||
    !Number.isSafeInteger(position)
  )
    return { state: "unreadable", version };
  const entryVersion = typeof value.version === "string" ? value.version : undefined;
  return {
    state: "usable",
    version,
    digest,
    position: { sequence: position as number, version: entryVersion },
  };
}
