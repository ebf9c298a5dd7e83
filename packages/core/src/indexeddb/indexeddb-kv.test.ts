import "fake-indexeddb/auto";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { compareBytes } from "../identity/bytes.js";
import { createIdentifierBytes } from "../identity/identifier.js";
import { createKvStore } from "../kv/create-kv-store.js";
import type { KvDriver, KvDriverCommit, KvDriverMutation, StoredEntry } from "../kv/driver.js";
import { encodeKey } from "../kv/key.js";
import { transact } from "../kv/transact.js";
import { memoryKv } from "../memory/index.js";
import { indexedDbKv } from "./index.js";

const opened: KvDriver[] = [];
afterEach(() => Promise.all(opened.splice(0).map((driver) => driver.close())));

let databases = 0;
const freshName = (): string => `kv-${++databases}`;
function open(name = freshName()): KvDriver {
  const driver = indexedDbKv(name);
  opened.push(driver);
  return driver;
}

const now = 1_000_000_000_000_000;
const text = (string: string) => new TextEncoder().encode(string);
const everything = { start: new Uint8Array(0), end: new Uint8Array(8).fill(0xff) };

describe("against the memory driver", () => {
  // Few keys, so that commits meet; keys with bytes over 0x7f, and one that is the beginning of another.
  const key = fc.constantFrom(
    ...["00", "61", "6100", "61ff", "80", "fd61", "ff"].map((hex) =>
      Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
    ),
  );
  const value = fc.uint8Array({ maxLength: 20 });
  const order = fc.uint8Array({ maxLength: 2 });
  const expiresAt = fc.option(
    fc.integer({ min: -3, max: 3 }).map((offset) => now + offset),
    { nil: undefined },
  );
  const mutation: fc.Arbitrary<KvDriverMutation> = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), key, value, expiresAt }),
    fc.record({ kind: fc.constant("delete" as const), key }),
    fc.record({ kind: fc.constant("setIfNewer" as const), key, value, order, expiresAt }),
    fc.record({ kind: fc.constant("append" as const), log: key, value, expiresAt }),
  );
  const step = fc.record({
    mutations: fc.uniqueArray(mutation, {
      maxLength: 5,
      comparator: (a, b) =>
        a.kind !== "append" &&
        b.kind !== "append" &&
        compareBytes((a as { key: Uint8Array }).key, (b as { key: Uint8Array }).key) === 0,
    }),
    checks: fc.array(fc.record({ key, held: fc.boolean() }), { maxLength: 2 }),
    at: fc.integer({ min: -2, max: 2 }),
  });
  const range = fc.record({
    start: key,
    end: key,
    reverse: fc.boolean(),
    limit: fc.integer({ min: 0, max: 5 }),
  });

  test("every sequence of commits and reads has the same outcome", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 8 }),
        fc.array(range, { maxLength: 4 }),
        async (steps, ranges) => {
          const memory = memoryKv();
          const driver = open();
          for (const { mutations, checks, at } of steps) {
            const commit: KvDriverCommit = {
              id: createIdentifierBytes(),
              now: now + at,
              mutations,
              checks: await Promise.all(
                checks.map(async (check) => {
                  const [entry] = await memory.read({ kind: "keys", keys: [check.key], now });
                  return {
                    key: check.key,
                    version: check.held ? (entry?.version ?? null) : createIdentifierBytes(),
                  };
                }),
              ),
            };
            expect(await driver.commit(commit)).toEqual(await memory.commit(commit));
          }
          for (const selector of [
            ...ranges,
            { ...everything, reverse: false, limit: 1_000 },
            { ...everything, reverse: true, limit: 3 },
          ]) {
            const read = { kind: "range", ...selector, now } as const;
            expect(await driver.read(read)).toEqual(await memory.read(read));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("a range over many entries, most of them expired, still fills its limit", async () => {
  const driver = open();
  for (let part = 0; part < 3; part++) {
    const mutations = Array.from(
      { length: 400 },
      (_, index): KvDriverMutation => ({
        kind: "set",
        key: encodeKey([part * 400 + index]),
        value: text("x"),
        expiresAt: index % 10 === 0 ? undefined : now,
      }),
    );
    await driver.commit({ id: createIdentifierBytes(), now: now - 1, checks: [], mutations });
  }
  for (const reverse of [false, true]) {
    const read = { kind: "range", ...everything, reverse, limit: 100, now } as const;
    const entries = (await driver.read(read)) as StoredEntry[];
    const keys = entries.map((entry) => entry.key);
    expect(keys).toEqual(
      Array.from({ length: 100 }, (_, index) => encodeKey([(reverse ? 119 - index : index) * 10])),
    );
  }
});

test("an import keeps version, deadline and order", async () => {
  const driver = open();
  const entry: StoredEntry = {
    key: text("k"),
    value: text("v"),
    version: createIdentifierBytes(),
    expiresAt: now + 1,
    order: text("o"),
  };
  await driver.commit({
    id: createIdentifierBytes(),
    now,
    checks: [],
    mutations: [{ kind: "import", entry }],
  });
  expect(await driver.read({ kind: "keys", keys: [entry.key], now })).toEqual([entry]);
});

test("increments from several connections are all counted", async () => {
  const name = freshName();
  const stores = Array.from({ length: 3 }, () => createKvStore(open(name), { ownsDriver: false }));
  await Promise.all(
    stores.map(async (kv) => {
      for (let round = 0; round < 10; round++) {
        await transact(kv, async (atomic) => {
          const entry = await kv.get(["counter"]);
          atomic.check(["counter"], entry?.version ?? null).set(["counter"], Number(entry?.value ?? 0) + 1);
        });
      }
    }),
  );
  expect((await stores[0]!.get(["counter"]))?.value).toBe(30);
});

test("data is there after the driver was closed and opened again", async () => {
  const name = freshName();
  const first = createKvStore(indexedDbKv(name));
  await first.atomic().set(["a"], 1).append(["log"], "x").commit();
  await first.close();
  const second = createKvStore(open(name), { ownsDriver: false });
  expect((await second.get(["a"]))?.value).toBe(1);
  expect(await second.atomic().append(["log"], "y").commit()).toMatchObject({ sequences: [2] });
});

test("a watch hears the commits of another connection", async () => {
  const name = freshName();
  const stop = new AbortController();
  const hints = open(name).watch!([text("k")], { signal: stop.signal })[Symbol.asyncIterator]();
  await hints.next();
  const next = hints.next();
  await open(name).commit({
    id: createIdentifierBytes(),
    now,
    checks: [],
    mutations: [{ kind: "set", key: text("k"), value: text("v") }],
  });
  expect((await next).done).toBe(false);
  stop.abort();
  expect((await hints.next()).done).toBe(true);
});

test("the database can be deleted while it is open, and is made anew", async () => {
  const name = freshName();
  const kv = createKvStore(open(name), { ownsDriver: false });
  await kv.atomic().set(["a"], 1).commit();
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
  expect(await kv.get(["a"])).toBeUndefined();
});

async function makeDatabase(name: string, version: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => void request.result.createObjectStore("other");
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
    request.onerror = () => reject(request.error);
  });
}

test.each([
  [1, "FOREIGN_DATA"],
  [7, "FORMAT_TOO_NEW"],
])("a database of another program at version %i is %s", async (version, code) => {
  const name = freshName();
  await makeDatabase(name, version);
  await expect(open(name).read({ kind: "keys", keys: [text("k")], now })).rejects.toMatchObject({ code });
});

test("without IndexedDB the driver is not made", () => {
  const { indexedDB } = globalThis;
  try {
    Object.defineProperty(globalThis, "indexedDB", { value: undefined, configurable: true, writable: true });
    expect(() => indexedDbKv("x")).toThrow(/no IndexedDB/);
  } finally {
    Object.defineProperty(globalThis, "indexedDB", { value: indexedDB, configurable: true, writable: true });
  }
});
