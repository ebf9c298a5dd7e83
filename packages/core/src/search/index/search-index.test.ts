import { describe, expect, it, onTestFinished } from "vitest";
import { openLocalStorage } from "../../local/index.js";
import { temporaryDirectory } from "../../local/test-support/temporary-directory.js";
import { memoryBlobs, memoryKv } from "../../memory/index.js";
import { composeStorage } from "../../storage/compose.js";
import type { Storage } from "../../storage/storage.js";
import { createSearchIndex } from "./search-index.js";
import { searchIndexCases } from "./test-support/search-index-cases.js";
import { commitChanges, numbered, openIndex, searchAll } from "./test-support/stored-documents.js";

function memoryStorage(): Storage {
  return composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
}

describe("on memory", () => {
  searchIndexCases(async (count) => {
    const storage = memoryStorage();
    return Array.from({ length: count }, () => storage);
  }, 80);
});

describe("on local storage", () => {
  searchIndexCases(async (count) => {
    const directory = temporaryDirectory();
    const storages = await Promise.all(Array.from({ length: count }, () => openLocalStorage(directory)));
    onTestFinished(async () => {
      for (const storage of storages) await storage.close();
    });
    return storages;
  }, 10);
});

describe("arguments", () => {
  const storage = memoryStorage();
  const index = openIndex(storage);
  const field = { entity: "metric", key: "x" };

  it.each([
    ["limit", { limit: 0 }],
    ["limit", { limit: 1.5 }],
    ["order[0].field", { order: [{}] }],
    ["order[0].descending", { order: [{ field }] }],
    ["filter.kind", { filter: { kind: "xor" } }],
    ["filter.operands", { filter: { kind: "and", operands: [] } }],
    [
      "filter.operands[1].operator",
      {
        filter: {
          kind: "or",
          operands: [
            { kind: "absent", field, negated: false },
            { kind: "compare", field, operator: "~", value: 1 },
          ],
        },
      },
    ],
    ["filter.value", { filter: { kind: "compare", field, operator: "=", value: null } }],
    ["filter.field", { filter: { kind: "absent", field: { entity: "metric" }, negated: true } }],
  ])("refuses what is wrong with %s", async (path, query) => {
    await expect(index.search(query as never)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { path },
    });
  });

  it("refuses a filter that is nested without end, instead of overflowing the stack", async () => {
    let filter: unknown = { kind: "absent", field, negated: false };
    for (let depth = 0; depth < 100_000; depth++) filter = { kind: "not", operand: filter };
    await expect(index.search({ filter: filter as never })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("refuses a store without order, a missing function and an empty prefix", () => {
    const unordered = composeStorage({ kv: memoryKv({ ordered: false }), blobs: memoryBlobs() });
    const [load, scan] = [async () => [], async function* () {}];
    expect(() => createSearchIndex({ storage: unordered, prefix: ["a"], load, scan })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED" }),
    );
    for (const wrong of [{ prefix: [] }, { load: undefined }, { scan: undefined }, { changesPerSnapshot: 0 }])
      expect(() => createSearchIndex({ storage, prefix: ["a"], load, scan, ...wrong } as never)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    expect(() => index.touch(storage.kv.atomic(), [])).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

describe("cursors", () => {
  it("belong to one filter and order, and are refused when damaged", async () => {
    const storage = memoryStorage();
    const index = openIndex(storage);
    await commitChanges(storage, index, numbered(0, 10));
    const field = { entity: "metric", key: "value" };
    const order = [{ field, descending: true }];
    const { cursor } = await index.search({ order, limit: 3 });
    expect(cursor).toMatch(/^[A-Za-z0-9._-]+$/);
    const refused = expect.objectContaining({ code: "INVALID_CURSOR" });
    const filter = { kind: "absent", field, negated: true } as const;
    await expect(index.search({ cursor })).rejects.toEqual(refused);
    await expect(index.search({ cursor, order, filter })).rejects.toEqual(refused);
    await expect(index.search({ cursor, order: [{ field, descending: false }] })).rejects.toEqual(refused);
    for (const wrong of [
      "",
      "x",
      `${cursor}A`,
      cursor!.slice(0, -2),
      cursor!.replace("1.", "2."),
      `${cursor}.x`,
    ])
      await expect(index.search({ cursor: wrong, order })).rejects.toEqual(refused);
    // The same query, made of other objects and with another page size, is the same.
    const next = await index.search({
      limit: 2,
      cursor,
      order: [{ descending: true, field: { key: "value", entity: "metric" } }],
    });
    expect(next.ids).toEqual(["d000006", "d000005"]);
  });

  it("hold NaN, infinities, bigints, texts and what is absent", async () => {
    const storage = memoryStorage();
    const index = openIndex(storage);
    const values = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -0,
      2n ** 70n,
      "\u{10000}\n",
      true,
      undefined,
      undefined,
    ];
    await commitChanges(
      storage,
      index,
      values.map((x, at) => ({ id: `d${at}`, entities: { metric: x === undefined ? {} : { x } } })),
    );
    const order = [{ field: { entity: "metric", key: "x" }, descending: false }];
    expect(await searchAll(index, { order, limit: 1 })).toEqual([
      "d2",
      "d3",
      "d1",
      "d5",
      "d4",
      "d0",
      "d6",
      "d7",
    ]);
  });
});

describe("failure", () => {
  it("of a load leaves the index where it was, and the next search goes on", async () => {
    const storage = memoryStorage();
    let broken = false;
    const working = openIndex(storage);
    const index = openIndex(storage, {
      onLoad: () => {
        if (broken) throw new Error("no connection");
      },
    });
    await commitChanges(storage, working, numbered(0, 5));
    expect((await index.search()).total).toBe(5);
    await commitChanges(storage, working, numbered(5, 3_000).slice(0, 999));
    await commitChanges(storage, working, numbered(2_000, 2_999));
    broken = true;
    await expect(index.search()).rejects.toThrow("no connection");
    broken = false;
    expect((await index.search()).total).toBe(5 + 999 + 999);
  });

  it("of one document of a batch leaves out none and takes in none", async () => {
    const storage = memoryStorage();
    let wrong: unknown;
    const working = openIndex(storage);
    const index = openIndex(storage, {
      load: async (ids) =>
        ids.map((id, at) => (at === 2 ? (wrong as never) : { id, entities: { metric: { x: 1 } } })),
    });
    await index.search();
    await commitChanges(storage, working, numbered(0, 5));
    for (wrong of [
      null,
      { id: "other", entities: {} },
      { id: "d000002" },
      { id: "d000002", entities: { metric: { x: [null] } } },
    ])
      await expect(index.search()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    wrong = { id: "d000002", entities: {} };
    expect((await index.search()).total).toBe(5);
  });

  it("of a scan is that of the search, and the next search scans again", async () => {
    const storage = memoryStorage();
    await commitChanges(storage, openIndex(storage), numbered(0, 50));
    let scans = 0;
    const index = openIndex(storage, {
      onScan: () => {
        scans++;
        if (scans === 1) throw new Error("no connection");
      },
    });
    await expect(index.search()).rejects.toThrow("no connection");
    expect((await index.search()).total).toBe(50);
    expect(scans).toBe(2);
  });

  it("of a snapshot in the background surfaces at flush, once, and searches go on", async () => {
    const blobs = memoryBlobs();
    const storage = composeStorage({
      kv: memoryKv(),
      blobs: {
        ...blobs,
        put: async () => {
          throw new Error("no room");
        },
      } as typeof blobs,
    });
    const index = openIndex(storage, { changesPerSnapshot: 5 });
    for (let step = 0; step < 10; step++) await commitChanges(storage, index, numbered(step, step + 1));
    expect((await index.search()).total).toBe(10);
    await expect(index.flush()).rejects.toThrow();
    await index.flush();
    expect((await index.search()).total).toBe(10);
    await expect(index.compact()).rejects.toThrow();
    await index.close();
  });
});

describe("ending", () => {
  it("rejects with the reason of the signal, and what others wait for goes on", async () => {
    const storage = memoryStorage();
    await commitChanges(storage, openIndex(storage), numbered(0, 20));
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let aborted = false;
    const index = openIndex(storage, {
      async *scan({ signal }) {
        signal?.addEventListener("abort", () => (aborted = true));
        await gate;
        yield { id: "only", entities: {} };
      },
    });
    const reason = new Error("too late");
    await expect(index.search({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const leaving = index.search({ signal: controller.signal });
    const staying = index.search();
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    expect(aborted).toBe(false);
    open();
    expect((await staying).ids).toEqual(["only"]);
  });

  it("stops the work when the last one who waited has left", async () => {
    const storage = memoryStorage();
    const seen: unknown[] = [];
    let stop = (): void => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const index = openIndex(storage, {
      async *scan({ signal }) {
        if (seen.length === 0) {
          await new Promise<void>((resolve) => signal!.addEventListener("abort", () => resolve()));
          seen.push(signal!.reason);
          stop();
          throw signal!.reason;
        }
        yield { id: "only", entities: {} };
      },
    });
    const controller = new AbortController();
    const leaving = index.search({ signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error("enough"));
    await expect(leaving).rejects.toThrow("enough");
    await stopped;
    expect(seen).toEqual([expect.objectContaining({ message: "enough" })]);
    expect((await index.search()).ids).toEqual(["only"]);
  });

  it("refuses everything after close, which lets a search end and can be called twice", async () => {
    const storage = memoryStorage();
    const index = openIndex(storage);
    await commitChanges(storage, index, numbered(0, 5));
    const last = index.search();
    await Promise.all([index.close(), index.close()]);
    expect((await last).total).toBe(5);
    for (const call of [() => index.search(), () => index.compact(), () => index.flush()])
      await expect(call()).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("does not wait at close for a snapshot that cannot be written", async () => {
    const blobs = memoryBlobs();
    let hung = false;
    const put: typeof blobs.put = (_, call) =>
      new Promise((_resolve, reject) => {
        hung = true;
        call?.signal?.addEventListener("abort", () => reject(call.signal!.reason));
      });
    const storage = composeStorage({ kv: memoryKv(), blobs: { ...blobs, put } });
    const index = openIndex(storage, { changesPerSnapshot: 1 });
    await commitChanges(storage, index, numbered(0, 20));
    expect((await index.search()).total).toBe(20);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(hung).toBe(true);
    await index.close();
  });
});
