import { beforeEach, describe, expect, it } from "vitest";
import { concatBytes } from "../../../identity/bytes.js";
import type { Digest } from "../../../identity/digest.js";
import type { KvEntry } from "../../../kv/kv-store.js";
import { memoryBlobs, memoryKv } from "../../../memory/index.js";
import { collectGarbage } from "../../../storage/collect-garbage.js";
import { composeStorage } from "../../../storage/compose.js";
import { listReferences } from "../../../storage/references.js";
import type { Storage } from "../../../storage/storage.js";
import type { SearchDocument } from "../../document.js";
import { DocumentTable } from "../columns/table.js";
import type { SearchIndexProgress } from "../options.js";
import {
  commitChanges,
  documentsNow,
  indexPrefix,
  logLength,
  numbered,
  openIndex,
  searchAll,
} from "../test-support/stored-documents.js";
import { decodeTable } from "./decode.js";
import { encodeTable } from "./encode.js";

const snapshotKey = [...indexPrefix, "snapshot"];

let storage: Storage;
let scans: number;

beforeEach(() => {
  storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  scans = 0;
});

const open = (): ReturnType<typeof openIndex> =>
  openIndex(storage, { changesPerSnapshot: 10, onScan: () => scans++ });

interface StoredSnapshot {
  readonly digest: Digest;
  readonly position: number;
  readonly documents: number;
}

async function snapshotNow(): Promise<StoredSnapshot & Record<string, unknown>> {
  return ((await storage.kv.get(snapshotKey)) as KvEntry).value as never;
}

/** 30 documents in a snapshot, and 5 of them changed behind it. */
async function prepare(): Promise<void> {
  const index = open();
  await commitChanges(storage, index, numbered(0, 30));
  await index.compact();
  await commitChanges(storage, index, numbered(10, 15, 1));
  await index.close();
  scans = 0;
}

async function expectRight(expectedScans: number): Promise<void> {
  const index = open();
  const filter = {
    kind: "compare",
    field: { entity: "metric", key: "version" },
    operator: ">",
    value: 0,
  } as const;
  const right = (await documentsNow(storage))
    .filter(({ entities }) => Number(entities.metric!.version) > 0)
    .map(({ id }) => id);
  expect(await searchAll(index, { filter })).toEqual(right);
  expect(scans).toBe(expectedScans);
  await index.close();
}

describe("a snapshot", () => {
  it("is one blob that one key refers to, and spares the scan", async () => {
    await prepare();
    const { digest, documents } = await snapshotNow();
    expect(documents).toBe(30);
    const owners: unknown[] = [];
    for await (const { owner, expiresAt } of listReferences(storage, digest)) owners.push([owner, expiresAt]);
    expect(owners).toEqual([[snapshotKey, undefined]]);
    expect((await collectGarbage(storage, { grace: 0 })).missing).toEqual([]);
    await expectRight(0);
  });

  it("is replaced, and the reference of the old one ends", async () => {
    await prepare();
    const before = await snapshotNow();
    const index = open();
    await index.compact();
    const after = await snapshotNow();
    expect(after.position).toBeGreaterThan(before.position);
    for await (const { expiresAt } of listReferences(storage, before.digest)) expect(expiresAt).toBeDefined();
    await index.compact();
    expect(await snapshotNow()).toEqual(after);
    await expectRight(0);
  });

  it.each<[string, (digest: Digest) => Promise<void>]>([
    ["whose blob is lost", async (digest) => void (await storage.blobs.delete(digest))],
    ["whose key is lost", async () => void (await storage.kv.atomic().delete(snapshotKey).commit())],
    ["that is another blob", async () => pointTo("no snapshot")],
    ["that is empty", async () => pointTo("")],
    ["that is cut off", async (digest) => pointTo((await bytesOf(digest)).subarray(0, 400))],
    ["that lacks its last byte", async (digest) => pointTo((await bytesOf(digest)).slice(0, -1))],
    [
      "with a header that is no JSON",
      async (digest) => {
        const bytes = await bytesOf(digest);
        bytes[20] = 0;
        await pointTo(bytes);
      },
    ],
    ["whose key says nothing", async () => void (await storage.kv.atomic().set(snapshotKey, 7).commit())],
    [
      "whose key is damaged",
      async () =>
        void (await storage.kv
          .atomic()
          .set(snapshotKey, { ...(await snapshotNow()), digest: "x" })
          .commit()),
    ],
  ])("%s is built anew, and replaced by the next one", async (_, damage) => {
    await prepare();
    await damage((await snapshotNow()).digest);
    await expectRight(1);
    scans = 0;
    const index = open();
    await index.compact();
    await index.close();
    scans = 0;
    await expectRight(0);
  });

  it("whose bytes have changed in the store is built anew", async () => {
    const blobs = memoryBlobs();
    let flip = false;
    const get: typeof blobs.get = async (...request) => {
      const pieces = await blobs.get(...request);
      return !flip || pieces === undefined ? pieces : flipped(pieces);
    };
    storage = composeStorage({ kv: memoryKv(), blobs: { ...blobs, get } });
    await prepare();
    flip = true;
    await expectRight(1);
  });

  it("that cannot be read for now is an error, not a rebuild", async () => {
    const blobs = memoryBlobs();
    let broken = false;
    const get: typeof blobs.get = async (...request) => {
      if (broken) throw new Error("no connection");
      return blobs.get(...request);
    };
    storage = composeStorage({ kv: memoryKv(), blobs: { ...blobs, get } });
    await prepare();
    broken = true;
    const index = open();
    await expect(index.search()).rejects.toThrow();
    expect(scans).toBe(0);
    broken = false;
    expect((await index.search()).total).toBe(30);
    expect(scans).toBe(0);
  });

  it("of a newer release is left alone, and the index is right without it", async () => {
    await prepare();
    const newer = { ...(await snapshotNow()), format: 3 };
    await storage.kv.atomic().set(snapshotKey, newer).commit();
    await expectRight(1);
    const index = open();
    await index.compact();
    expect(await snapshotNow()).toEqual(newer);
  });

  it("of other documents is of no use: an older one is replaced, a newer one left alone", async () => {
    await prepare();
    const filter = {
      kind: "absent",
      field: { entity: "dataset", key: "name" },
      negated: true,
    } as const;
    // The same data, of which more is searched now.
    async function* scan(): AsyncGenerator<SearchDocument> {
      scans++;
      for (const { id, entities } of await documentsNow(storage))
        yield { id, entities: { ...entities, dataset: { name: [id] } } };
    }
    const next = openIndex(storage, { scan, revision: 2 });
    expect((await next.search({ filter })).total).toBe(30);
    await next.compact();
    await next.close();
    expect(scans).toBe(1);
    const written = await snapshotNow();
    expect(written).toMatchObject({ revision: 2, documents: 30 });

    scans = 0;
    const before = open();
    expect((await before.search({ filter })).total).toBe(0);
    expect((await before.search()).total).toBe(30);
    await before.compact();
    await before.close();
    expect(scans).toBe(1);
    expect(await snapshotNow()).toEqual(written);

    scans = 0;
    const again = openIndex(storage, { scan, revision: 2 });
    expect((await again.search({ filter })).total).toBe(30);
    expect(scans).toBe(0);
    await again.close();
  });

  it("is written in the background when enough has changed", async () => {
    const index = open();
    await commitChanges(storage, index, numbered(0, 3));
    await index.search();
    await index.flush();
    expect(await storage.kv.get(snapshotKey)).toBeUndefined();
    for (let step = 0; step < 12; step++) await commitChanges(storage, index, numbered(step, step + 1));
    await index.search();
    await index.flush();
    expect((await snapshotNow()).position).toBe(13);
  });

  it("is written when few commits have changed many documents", async () => {
    const index = open();
    await index.search();
    for (const from of [0, 6, 12]) await commitChanges(storage, index, numbered(from, from + 6));
    await index.search();
    await index.flush();
    expect((await snapshotNow()).position).toBe(3);
  });

  it("is not written twice by two processes", async () => {
    const [one, other] = [open(), open()];
    await one.search();
    await other.search();
    for (let step = 0; step < 12; step++) await commitChanges(storage, one, numbered(step, step + 1));
    await one.search();
    await one.flush();
    const { version } = (await storage.kv.get(snapshotKey))!;
    await other.search();
    await other.flush();
    expect((await storage.kv.get(snapshotKey))!.version).toBe(version);
  });

  it("decodes nothing but whole snapshots", () => {
    const table = new DocumentTable();
    for (let index = 0; index < 40; index++)
      table.put({
        id: `${index}`,
        entities: { m: { a: index, ...(index % 9 === 0 && { b: `t${index}`, c: 2n ** 80n }) } },
      });
    const bytes = concatBytes(encodeTable(table));
    expect(decodeTable(bytes).size).toBe(40);
    for (let length = 0; length < bytes.length; length += 7)
      expect(() => decodeTable(bytes.slice(0, length)), `${length} bytes`).toThrow();
    expect(decodeTable(concatBytes([Uint8Array.of(1), bytes]).subarray(1)).size).toBe(40);
  });
});

describe("the log", () => {
  it("that was cut off before a reader makes it open the newer snapshot", async () => {
    const late = open();
    const index = open();
    await commitChanges(storage, index, numbered(0, 5));
    await late.search();
    scans = 0;
    for (let step = 0; step < 40; step++) await commitChanges(storage, index, numbered(0, 5, step));
    await index.compact();
    expect(scans).toBe(1);
    expect(await logLength(storage)).toBe(10);
    const order = [{ field: { entity: "metric", key: "version" }, descending: true }];
    expect((await late.search({ order, limit: 1 })).total).toBe(5);
    expect(scans).toBe(1);
  });

  it("that was cut off without a snapshot that covers it makes a reader build anew", async () => {
    const index = open();
    await commitChanges(storage, index, numbered(0, 5));
    await index.compact();
    scans = 0;
    for (let step = 1; step < 6; step++) await commitChanges(storage, index, numbered(step, step + 1, step));
    const atomic = storage.kv.atomic();
    for (const sequence of [1, 2, 3, 4]) atomic.delete([...indexPrefix, "log", sequence]);
    await atomic.commit();
    await index.search();
    await expectRight(2);
    await commitChanges(storage, index, numbered(2, 3, 9));
    await index.search();
    expect(scans).toBe(2);
  });

  it("that has a hole, is emptied or says what nobody understands makes a reader build anew", async () => {
    const index = open();
    for (let step = 0; step < 4; step++) await commitChanges(storage, index, numbered(step, step + 1));
    await index.search();
    scans = 0;
    for (let step = 0; step < 4; step++) await commitChanges(storage, index, numbered(step, step + 1, 1));
    await storage.kv
      .atomic()
      .delete([...indexPrefix, "log", 6])
      .commit();
    const filter = {
      kind: "compare",
      field: { entity: "metric", key: "version" },
      operator: "=",
      value: 1,
    } as const;
    expect((await index.search({ filter })).total).toBe(4);
    expect(scans).toBe(1);

    await storage.kv
      .atomic()
      .append([...indexPrefix, "log"], { kind: "of the future" })
      .commit();
    await index.search();
    expect(scans).toBe(2);

    const atomic = storage.kv.atomic();
    for (let sequence = 1; sequence <= 9; sequence++) atomic.delete([...indexPrefix, "log", sequence]);
    await atomic.commit();
    await index.search();
    expect(scans).toBe(3);
  });

  it("that another one has taken the place of makes a reader build anew", async () => {
    const index = open();
    for (let step = 0; step < 4; step++) await commitChanges(storage, index, numbered(step, step + 1));
    await index.search();
    scans = 0;
    // As after a restore: the same sequences, written by other commits.
    await storage.kv
      .atomic()
      .set([...indexPrefix, "log", 4], "d000000")
      .commit();
    await index.search();
    expect(scans).toBe(1);
  });
});

describe("a rebuild", () => {
  it("shows its progress, and sees what changes while it goes on", async () => {
    const writer = open();
    for (let from = 0; from < 2_500; from += 500)
      await commitChanges(storage, writer, numbered(from, from + 500));
    const heard: SearchIndexProgress[] = [];
    const index = openIndex(storage, {
      onProgress: (progress) => void heard.push(progress),
      async *scan() {
        for (const [at, document] of (await documentsNow(storage)).entries()) {
          if (at === 1_500) await commitChanges(storage, writer, numbered(3, 4, 1));
          yield document;
        }
      },
    });
    const filter = {
      kind: "compare",
      field: { entity: "metric", key: "version" },
      operator: "=",
      value: 1,
    } as const;
    expect((await index.search({ filter })).ids).toEqual(["d000003"]);
    expect(heard).toEqual([
      { documents: 1_000, done: false },
      { documents: 2_000, done: false },
      { documents: 2_500, done: true },
    ]);
  });
});

async function bytesOf(digest: Digest): Promise<Uint8Array<ArrayBuffer>> {
  return (await storage.blobs.get(digest))!.bytes();
}

async function pointTo(content: string | Uint8Array): Promise<void> {
  const { digest } = await storage.blobs.put(content);
  await storage.kv
    .atomic()
    .set(snapshotKey, { ...(await snapshotNow()), digest })
    .commit();
}

async function* flipped(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield piece.map((byte) => byte ^ 1);
}
