import type { BlobDriver, BlobUpload, ByteRange, StoredBlob } from "../blobs/driver.js";
import { coreError } from "../errors/create.js";
import { concatBytes } from "../identity/bytes.js";
import type { Digest } from "../identity/digest.js";
import { type Clock, systemClock } from "../time/clock.js";
import { createDatabase, type Database, resultOf } from "./database.js";

/** How to keep blobs in IndexedDB. */
export interface IndexedDbBlobsOptions {
  /** Gives `modifiedAt`. Default: the host's clock. */
  readonly clock?: Clock | undefined;
}

/** A blob under `[scope, digest]`; its bytes are the chunks `[content, 0]`, `[content, 1]`, … */
interface BlobRecord extends StoredBlob {
  readonly content: string;
}

const chunkBytes = 1_048_576;
const pageSize = 256;
/** An upload that has not gone on for so long was left behind by a tab that is gone. */
const abandonedAfter = 86_400_000_000;

/**
 * A BlobDriver in the IndexedDB database of a name, for browsers. Bytes are kept in chunks of 1 MiB, written as they
 * arrive; the record that makes them a blob is written last, so that a blob is there whole or not at all.
 */
export function indexedDbBlobs(name: string, options: IndexedDbBlobsOptions = {}): BlobDriver {
  const clock = options.clock ?? systemClock();
  const database = createDatabase(name);
  const find = (scope: string, digest: Digest): Promise<BlobRecord | undefined> =>
    database.transaction(["blobs"], "readonly", (store) => resultOf(store("blobs").get([scope, digest])));
  return {
    name: `indexeddb ${name}`,
    capabilities: { shared: true, durable: true },
    put: (upload) => put(database, upload, clock),
    async get(scope, digest, range) {
      const blob = await find(scope, digest);
      return blob === undefined ? undefined : readChunks(database, blob, range);
    },
    async stat(scope, digest) {
      const blob = await find(scope, digest);
      return blob === undefined ? undefined : statOf(blob);
    },
    renew: (scope, digest) =>
      database.transaction(["blobs"], "readwrite", async (store) => {
        const blob = await resultOf<BlobRecord | undefined>(store("blobs").get([scope, digest]));
        if (blob === undefined) return false;
        store("blobs").put({ ...blob, modifiedAt: clock.now() }, [scope, digest]);
        return true;
      }),
    list: (scope, after) => listBlobs(database, scope, after),
    delete: (scope, digest) =>
      database.transaction(["blobs", "chunks"], "readwrite", async (store) => {
        const blob = await resultOf<BlobRecord | undefined>(store("blobs").get([scope, digest]));
        if (blob === undefined) return false;
        store("blobs").delete([scope, digest]);
        store("chunks").delete(chunksOf(blob.content));
        return true;
      }),
    scopes: () => listScopes(database),
    close: () => database.close(),
  };
}

async function put(database: Database, upload: BlobUpload, clock: Clock): Promise<void> {
  const content = crypto.randomUUID();
  let index = 0;
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let size = 0;
  try {
    for await (const piece of upload.body) {
      size += piece.length;
      for (let rest = piece; rest.length > 0; ) {
        const part = rest.subarray(0, chunkBytes - bytes);
        waiting.push(new Uint8Array(part));
        bytes += part.length;
        rest = rest.subarray(part.length);
        if (bytes < chunkBytes) continue;
        await writeChunk(database, content, index++, concatBytes(waiting), clock);
        waiting = [];
        bytes = 0;
      }
    }
    const digest = upload.digest()!;
    const last = concatBytes(waiting);
    await finish(database, upload.scope, { digest, size, modifiedAt: clock.now(), content }, index, last);
  } catch (error) {
    if (index > 0) await forget(database, content).catch(() => {});
    throw error;
  }
  if (index > 0) await forgetAbandoned(database, clock.now() - abandonedAfter).catch(() => {});
}

function writeChunk(
  database: Database,
  content: string,
  index: number,
  chunk: Uint8Array,
  clock: Clock,
): Promise<void> {
  return database.transaction(["chunks", "uploads"], "readwrite", async (store) => {
    store("uploads").put({ touchedAt: clock.now() }, content);
    store("chunks").put(chunk, [content, index]);
  });
}

/** Makes the chunks a blob, unless it is there already: then its own bytes stay, and it is young again. */
function finish(
  database: Database,
  scope: string,
  blob: BlobRecord,
  index: number,
  last: Uint8Array,
): Promise<void> {
  return database.transaction(["blobs", "chunks", "uploads"], "readwrite", async (store) => {
    const key = [scope, blob.digest];
    const present = await resultOf<BlobRecord | undefined>(store("blobs").get(key));
    if (present === undefined) {
      if (last.length > 0) store("chunks").put(last, [blob.content, index]);
      store("blobs").put(blob, key);
    } else {
      store("chunks").delete(chunksOf(blob.content));
      store("blobs").put({ ...present, modifiedAt: blob.modifiedAt }, key);
    }
    store("uploads").delete(blob.content);
  });
}

function forget(database: Database, content: string): Promise<void> {
  return database.transaction(["chunks", "uploads"], "readwrite", async (store) => {
    store("chunks").delete(chunksOf(content));
    store("uploads").delete(content);
  });
}

async function forgetAbandoned(database: Database, before: number): Promise<void> {
  const abandoned = await database.transaction(["uploads"], "readonly", async (store) => {
    const [keys, records] = await Promise.all([
      resultOf(store("uploads").getAllKeys()),
      resultOf<{ touchedAt: number }[]>(store("uploads").getAll()),
    ]);
    return keys.filter((_, index) => records[index]!.touchedAt < before);
  });
  for (const content of abandoned) await forget(database, content as string);
}

async function* readChunks(
  database: Database,
  blob: BlobRecord,
  range: ByteRange | undefined,
): AsyncGenerator<Uint8Array> {
  let offset = range?.offset ?? 0;
  const end = range === undefined ? blob.size : range.offset + range.length;
  while (offset < end) {
    const index = Math.floor(offset / chunkBytes);
    const start = index * chunkBytes;
    const chunk = await database.transaction(["chunks"], "readonly", (store) =>
      resultOf<Uint8Array | undefined>(store("chunks").get([blob.content, index])),
    );
    if (chunk === undefined) {
      throw coreError(
        "NOT_FOUND",
        `the blob ${blob.digest} was deleted from ${database.name} while it was read`,
      );
    }
    const part = chunk.subarray(offset - start, end - start);
    if (part.length === 0)
      throw coreError("CORRUPT", `a chunk of the blob ${blob.digest} in ${database.name} is too short`);
    yield part;
    offset += part.length;
  }
}

async function* listBlobs(
  database: Database,
  scope: string,
  after: Digest | undefined,
): AsyncGenerator<StoredBlob> {
  let cursor = after;
  for (;;) {
    const page = await database.transaction(["blobs"], "readonly", (store) =>
      resultOf<BlobRecord[]>(store("blobs").getAll(digestsAfter(scope, cursor), pageSize)),
    );
    for (const blob of page) yield statOf(blob);
    if (page.length < pageSize) return;
    cursor = page.at(-1)!.digest;
  }
}

async function* listScopes(database: Database): AsyncGenerator<string> {
  let scope: string | undefined;
  for (;;) {
    // Arrays sort after strings, so [scope, []] lies behind every blob of the scope.
    const range: IDBKeyRange | undefined =
      scope === undefined ? undefined : IDBKeyRange.lowerBound([scope, []]);
    const [key] = await database.transaction(["blobs"], "readonly", (store) =>
      resultOf(store("blobs").getAllKeys(range, 1)),
    );
    if (key === undefined) return;
    scope = (key as [string, string])[0];
    yield scope;
  }
}

function digestsAfter(scope: string, after: Digest | undefined): IDBKeyRange {
  return IDBKeyRange.bound(after === undefined ? [scope] : [scope, after], [scope, []], true, true);
}

function chunksOf(content: string): IDBKeyRange {
  return IDBKeyRange.bound([content], [content, []]);
}

function statOf({ digest, size, modifiedAt }: BlobRecord): StoredBlob {
  return { digest, size, modifiedAt };
}
