import { beforeEach, describe, expect, it } from "vitest";
import type { Key } from "../../kv/key.js";
import { memoryBlobs, memoryKv } from "../../memory/index.js";
import { composeStorage } from "../../storage/compose.js";
import type { Storage } from "../../storage/storage.js";
import { boundSearchLog } from "./bound-log.js";
import {
  commitChanges,
  indexPrefix,
  logLength,
  numbered,
  openIndex,
} from "./test-support/stored-documents.js";

let storage: Storage;

beforeEach(() => {
  storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
});

/** Puts entries at these places of the log, as if all others had been there too. */
async function place(...sequences: number[]): Promise<void> {
  const atomic = storage.kv.atomic();
  for (const sequence of sequences) atomic.set([...indexPrefix, "log", sequence], "d");
  await atomic.commit();
}

async function placesNow(): Promise<unknown[]> {
  const places: unknown[] = [];
  for await (const { key } of storage.kv.list({ prefix: [...indexPrefix, "log"] })) places.push(key.at(-1));
  return places;
}

describe("a log that nobody reads", () => {
  it("is cut by each 4,096th entry to the newest 65,536", async () => {
    const last = 65_536 + 4_096;
    await place(1, 2_000, 4_096, 4_097, last - 1);
    await boundSearchLog(storage.kv, indexPrefix, { sequences: [last - 1] });
    expect(await placesNow()).toHaveLength(5);
    await place(last);
    await boundSearchLog(storage.kv, indexPrefix, { sequences: [last] });
    expect(await placesNow()).toEqual([4_097, last - 1, last]);
  });

  it("is left alone while it is short", async () => {
    await place(1, 2, 4_096);
    await boundSearchLog(storage.kv, indexPrefix, { sequences: [] });
    await boundSearchLog(storage.kv, indexPrefix, { sequences: [4_096] });
    expect(await placesNow()).toEqual([1, 2, 4_096]);
  });

  it("keeps its newest entries also when it is cut for the sequence of another log", async () => {
    await place(1, 2, 3);
    await boundSearchLog(storage.kv, indexPrefix, { sequences: [4_096_000] });
    expect(await placesNow()).toEqual([1, 2, 3]);
    await boundSearchLog(storage.kv, indexPrefix, { sequences: [4_096_000] }, { entries: 1 });
    expect(await placesNow()).toEqual([3]);
    await boundSearchLog(storage.kv, ["nothing", "here"], { sequences: [4_096] });
  });

  it("cut past its snapshot, costs one rebuild and no change", async () => {
    let scans = 0;
    const open = () => openIndex(storage, { onScan: () => scans++ });
    const index = open();
    await commitChanges(storage, index, numbered(0, 30));
    await index.compact();
    await index.close();
    scans = 0;
    for (let step = 0; step < 10; step++) {
      const committed = await commitChanges(storage, index, numbered(step, step + 1, 1));
      await boundSearchLog(storage.kv, indexPrefix, committed!, { entries: 4 });
    }
    expect(await logLength(storage)).toBe(4);
    const again = open();
    const filter = {
      kind: "compare",
      field: { entity: "metric", key: "version" },
      operator: "=",
      value: 1,
    } as const;
    expect((await again.search({ filter })).total).toBe(10);
    expect(scans).toBe(1);
    await again.compact();
    await again.close();
    expect((await open().search({ filter })).total).toBe(10);
    expect(scans).toBe(1);
  });

  it.each([0, 1.5, Number.NaN])("is not cut to %d entries", async (entries) => {
    const call = boundSearchLog(storage.kv, indexPrefix as Key, { sequences: [1] }, { entries });
    await expect(call).rejects.toMatchObject({ code: "INVALID_ARGUMENT", details: { path: "entries" } });
  });
});
