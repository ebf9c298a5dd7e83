import {
  type Clock,
  type ColumnBatch,
  composeStorage,
  createKvStore,
  type KvDriver,
  type KvStore,
  type Storage,
} from "@millwright/core";
import { batchFromColumns, columnFrom, valuesOf } from "@millwright/core/columns";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { float64 } from "@millwright/core/zod";
import fc from "fast-check";
import { beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  createFeatureStore,
  defineEntity,
  defineFeatureView,
  type FeatureStatus,
  tableSource,
} from "../index.js";

const customer = defineEntity({ name: "customer", key: z.string() });
const account = defineEntity({ name: "account", key: z.int() });
const spending = defineFeatureView({
  name: "spending",
  entities: [customer],
  ttl: 100,
  schema: z.object({ total30d: z.number(), region: z.enum(["north", "south"]).nullable() }),
});
const balance = defineFeatureView({
  name: "balance",
  entities: [customer, account],
  schema: z.object({
    amount: z.bigint(),
    count: z.int(),
    ratio: float64(),
    openedAt: z.date(),
    seenAt: z.iso.datetime(),
    photo: z.instanceof(Uint8Array),
    active: z.boolean(),
    note: z.string().optional(),
  }),
  source: tableSource({ createdTime: "loadedAt" }),
});
const views = [spending, balance] as const;

let now = 1_000;
const clock: Clock = { now: () => now, monotonic: () => now, sleep: async () => {} };
const newStorage = (kv: KvDriver = memoryKv()) => composeStorage({ kv, blobs: memoryBlobs(), clock });
let storage: Storage;
let unordered: KvStore;

beforeEach(() => {
  now = 1_000;
  storage = newStorage();
  unordered = createKvStore(memoryKv({ ordered: false }), { clock });
});

describe.each([
  ["the store of the storage", (): KvStore | undefined => undefined],
  ["an unordered store", (): KvStore | undefined => unordered],
])("on %s", (_, online) => {
  const open = () => createFeatureStore({ storage, views, online: online() });
  let store: ReturnType<typeof open>;
  beforeEach(() => {
    store = open();
  });
  const total = async (name: string) => {
    const live = await store.getOnlineFeatures({
      entities: [{ customer: name }],
      select: { spending: ["total30d"] },
    });
    return [live.row(0).spending.total30d, live.status(0).spending.total30d];
  };

  test("what is pushed is read, typed by the selection", async () => {
    const report = await store.push(spending, [
      { customer: "a", total30d: 1, region: null, eventTime: 990 },
      { customer: "b", total30d: 2, region: "south", eventTime: 1_000 },
    ]);
    expect(report).toEqual({ rows: 2, position: 1, written: 2, stale: 0, expired: 0 });
    const live = await store.getOnlineFeatures({
      entities: [{ customer: null }, { customer: "b" }, { customer: "a" }, { customer: "c" }],
      select: { spending: ["total30d", "region"] },
    });
    expectTypeOf(live.row(0).spending.total30d).toEqualTypeOf<number | undefined>();
    expectTypeOf(live.row(0).spending.region).toEqualTypeOf<"north" | "south" | null | undefined>();
    expectTypeOf(live.status(0).spending.region).toEqualTypeOf<FeatureStatus>();
    expectTypeOf(live.eventTimes(0)).toEqualTypeOf<{ readonly spending: number | undefined }>();
    expect(live.rows).toBe(4);
    expect([0, 1, 2, 3].map((index) => live.row(index))).toEqual([
      { spending: { total30d: undefined, region: undefined } },
      { spending: { total30d: 2, region: "south" } },
      { spending: { total30d: 1, region: null } },
      { spending: { total30d: undefined, region: undefined } },
    ]);
    expect(live.status(1).spending).toEqual({ total30d: "present", region: "present" });
    expect(live.status(2).spending).toEqual({ total30d: "present", region: "null" });
    for (const index of [0, 3])
      expect(live.status(index).spending).toEqual({ total30d: "missing", region: "missing" });
    expect([0, 1, 2, 3].map((index) => live.eventTimes(index).spending)).toEqual([
      ...[undefined, 1_000, 990, undefined],
    ]);
    const batch: ColumnBatch = live.toBatch();
    expect(Object.keys(batch.columns)).toEqual(["spending__total30d", "spending__region"]);
    expect(valuesOf(batch.columns.spending__total30d!)).toEqual([null, 2, 1, null]);
    expect(() => live.row(4)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test("values come back as the schema has them, from rows and from columns", async () => {
    const photo = Uint8Array.of(0, 255);
    const values = {
      amount: 2n ** 62n,
      count: 2 ** 53 - 1,
      ratio: Number.NaN,
      openedAt: new Date(5),
      seenAt: "1970-01-01T00:00:00.000007Z",
      photo,
      active: true,
    };
    await store.push(balance, [{ ...values, customer: "a", account: 1, eventTime: 5 }]);
    await store.push(
      balance,
      batchFromColumns({
        customer: columnFrom("dictionary", ["a"]),
        account: Uint8Array.of(2),
        eventTime: columnFrom("timestamp", [5]),
        amount: columnFrom("int64", [2n ** 62n]),
        count: columnFrom("int64", [2n ** 53n - 1n]),
        ratio: Float64Array.of(Number.NaN),
        openedAt: columnFrom("timestamp", [5_000]),
        seenAt: columnFrom("timestamp", [7]),
        photo: columnFrom("bytes", [photo]),
        active: columnFrom("bool", [true]),
      }),
    );
    const live = await store.getOnlineFeatures({
      entities: [
        { customer: "a", account: 1 },
        { customer: "a", account: 2 },
      ],
      select: { balance: ["amount", "count", "ratio", "openedAt", "seenAt", "photo", "active", "note"] },
    });
    expectTypeOf(live.row(0).balance.openedAt).toEqualTypeOf<Date | undefined>();
    for (const index of [0, 1]) {
      expect(live.row(index).balance).toEqual({ ...values, note: undefined });
      expect(live.status(index).balance).toMatchObject({ amount: "present", note: "null" });
    }
  });

  test("a newer event time wins, then a newer created time, then what was written last", async () => {
    const push = (amount: bigint, eventTime: number, loadedAt?: number) =>
      store.push(balance, [
        {
          customer: "a",
          account: 1,
          amount,
          eventTime,
          loadedAt,
          count: 1,
          ratio: 1,
          openedAt: new Date(0),
          seenAt: "2026-01-31T12:00:00Z",
          photo: new Uint8Array(),
          active: true,
        },
      ]);
    const amount = async () => {
      const live = await store.getOnlineFeatures({
        entities: [{ customer: "a", account: 1 }],
        select: { balance: ["amount"] },
      });
      return live.row(0).balance.amount;
    };
    await push(1n, 10);
    expect(await push(2n, 9, 99)).toMatchObject({ written: 0, stale: 1 });
    expect(await amount()).toBe(1n);
    await push(3n, 10);
    expect(await amount()).toBe(3n);
    await push(4n, 10, -5);
    await push(5n, 10);
    expect(await amount()).toBe(4n);
    await push(6n, 11);
    expect(await amount()).toBe(6n);
  });

  test("the latest row of a batch wins, wherever it stands", async () => {
    const row = { customer: "a", region: null };
    const rows = [
      { ...row, total30d: 1, eventTime: 999 },
      { ...row, total30d: 2, eventTime: 1_000 },
      { ...row, total30d: 3, eventTime: 1_000 },
      { ...row, total30d: 4, eventTime: 998 },
    ];
    expect(await store.push(spending, rows)).toMatchObject({ rows: 4, written: 1 });
    expect(await total("a")).toEqual([3, "present"]);
  });

  test("a row expires when its event is older than the ttl, whenever it was written", async () => {
    now = 1_050;
    await store.push(spending, [{ customer: "a", total30d: 1, region: null, eventTime: 1_000 }]);
    now = 1_100;
    expect(await total("a")).toEqual([1, "present"]);
    now = 1_101;
    expect(await total("a")).toEqual([undefined, "expired"]);
    const live = await store.getOnlineFeatures({
      entities: [{ customer: "a" }],
      select: { spending: ["total30d"] },
    });
    expect(live.eventTimes(0).spending).toBe(1_000);
    expect(valuesOf(live.toBatch().columns.spending__total30d!)).toEqual([null]);
    now = 1_201;
    expect(await total("a")).toEqual([undefined, "missing"]);
  });

  test("a row that is too old already is stored offline only", async () => {
    const rows = [{ customer: "a", total30d: 1, region: null, eventTime: 899 }];
    expect(await store.push(spending, rows)).toMatchObject({ rows: 1, written: 0, expired: 1 });
    expect(await total("a")).toEqual([undefined, "missing"]);
    const atTheEdge = [{ customer: "a", total30d: 2, region: null, eventTime: 900 }];
    expect(await store.push(spending, atTheEdge)).toMatchObject({ written: 1, expired: 0 });
    expect(await total("a")).toEqual([2, "present"]);
  });

  test("a push with an id can be made again", async () => {
    const rows = [{ customer: "a", total30d: 1, region: null, eventTime: 1_000 }];
    await store.push(spending, rows, { id: "first" });
    await store.push(spending, [{ customer: "a", total30d: 2, region: null, eventTime: 1_000 }], {
      id: "second",
    });
    expect(await store.push(spending, rows, { id: "first" })).toMatchObject({
      position: 1,
      written: 0,
      stale: 1,
    });
    expect(await total("a")).toEqual([2, "present"]);
  });

  test("materialize fills the store from the table, and again only from where it stood", async () => {
    const row = { customer: "a", region: null };
    await store.write(spending, [
      { ...row, total30d: 1, eventTime: 950 },
      { ...row, total30d: 9, eventTime: 800 },
    ]);
    await store.write(spending, [
      { ...row, total30d: 2, eventTime: 940 },
      { ...row, customer: "b", total30d: 3, eventTime: 1_000 },
    ]);
    expect(await total("a")).toEqual([undefined, "missing"]);
    const first = await store.materialize(spending);
    expect(first).toEqual({ written: 2, stale: 1, expired: 0, future: 0, position: 2 });
    expect(await total("a")).toEqual([1, "present"]);
    expect(await total("b")).toEqual([3, "present"]);
    expect(await store.materialize(spending, { after: first.position })).toEqual({
      written: 0,
      stale: 0,
      expired: 0,
      future: 0,
      position: 2,
    });
    await store.write(spending, [{ ...row, total30d: 4, eventTime: 1_000 }]);
    expect(await store.materialize(spending, { after: first.position })).toMatchObject({
      written: 1,
      position: 3,
    });
    expect(await total("a")).toEqual([4, "present"]);
  });

  test("a row of the future is refused by push and waits in materialize", async () => {
    const later = now + 300_000_001;
    const rows = [
      { customer: "a", total30d: 1, region: null, eventTime: 1_000 },
      { customer: "a", total30d: 2, region: null, eventTime: later },
    ];
    await expect(store.push(spending, rows)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { path: "rows[1].eventTime" },
    });
    await store.write(spending, rows);
    expect(await store.materialize(spending)).toMatchObject({ written: 1, future: 1 });
    expect(await total("a")).toEqual([1, "present"]);
    now = later;
    expect(await store.materialize(spending)).toMatchObject({ written: 1, future: 0 });
    expect(await total("a")).toEqual([2, "present"]);
  });

  test("more entities than one read takes come in their order", async () => {
    const names = Array.from({ length: 2_345 }, (_, index) => `c-${index}`);
    await store.push(
      spending,
      names.map((name, index) => ({ customer: name, total30d: index, region: null, eventTime: 1_000 })),
    );
    const asked = [...names.slice(1), "nobody", ...names.slice(0, 5)];
    const live = await store.getOnlineFeatures({
      entities: asked.map((name) => ({ customer: name })),
      select: { spending: ["total30d"] },
    });
    const expected = asked.map((name) => (name === "nobody" ? null : Number(name.slice(2))));
    expect(valuesOf(live.toBatch().columns.spending__total30d!)).toEqual(expected);
  });

  test("agrees with the join: what is live now is what training data of now has", async () => {
    const row = fc.record({
      key: fc.constantFrom("a", "b", "__proto__"),
      time: fc.integer({ min: 850, max: 1_000 }),
      created: fc.option(fc.constantFrom(1, 2)),
    });
    const batches = fc.array(fc.tuple(fc.boolean(), fc.array(row, { maxLength: 6 })), { maxLength: 5 });
    const view = defineFeatureView({
      name: "use",
      entities: [customer],
      ttl: 100,
      schema: z.object({ hours: z.number() }),
      source: tableSource({ createdTime: "created" }),
    });
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), async (parts, compact) => {
        await using fresh = newStorage();
        const other =
          online() === undefined ? undefined : createKvStore(memoryKv({ ordered: false }), { clock });
        const store = createFeatureStore({ storage: fresh, views: [view], online: other });
        let hours = 0;
        for (const [pushed, rows] of parts) {
          const given = rows.map(({ key, time, created }) => ({
            customer: key,
            eventTime: time,
            created,
            hours: hours++,
          }));
          await (pushed ? store.push(view, given) : store.write(view, given));
        }
        if (compact) await fresh.tables.compact(["features", 1, "offline", "use"]);
        await store.materialize(view);
        const names = ["a", "b", "__proto__", "c"];
        const select = { use: ["hours"] } as const;
        const live = await store.getOnlineFeatures({
          entities: names.map((name) => ({ customer: name })),
          select,
        });
        const training = await store.getHistoricalFeatures({
          entities: names.map((name) => ({ customer: name, eventTime: now })),
          select,
        });
        expect(valuesOf(live.toBatch().columns.use__hours!)).toEqual(valuesOf(training.columns.use__hours!));
      }),
      { numRuns: 100 },
    );
  });

  test("a failure in the middle leaves a state that the next call completes", async () => {
    const rows = Array.from({ length: 1_500 }, (_, index) => ({
      customer: `c-${index}`,
      total30d: index,
      region: null,
      eventTime: 1_000,
    }));
    const ordered = online() === undefined;
    const inner = memoryKv({ ordered });
    let commits = 0;
    const kv = createKvStore(
      {
        ...inner,
        async commit(commit) {
          if (++commits === 2) throw new Error("gone");
          return inner.commit(commit);
        },
      },
      { clock },
    );
    const store = createFeatureStore({ storage, views, online: kv });
    await expect(store.push(spending, rows, { id: "once" })).rejects.toThrow("gone");
    // No commit was begun after the one that failed.
    expect(commits).toBeLessThanOrEqual(65);
    const before = commits;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(commits).toBe(before);
    expect(await store.push(spending, rows, { id: "once" })).toMatchObject({
      rows: 1_500,
      position: 1,
      written: 1_500,
    });
    const live = await store.getOnlineFeatures({ entities: rows, select: { spending: ["total30d"] } });
    expect(valuesOf(live.toBatch().columns.spending__total30d!)).toEqual(rows.map((row) => row.total30d));
  });
});

describe("getOnlineFeatures", () => {
  const open = () => createFeatureStore({ storage, views });

  test.each<[string, object]>([
    ["entities[1].customer", { entities: [{ customer: "a" }, {}] }],
    ["entities[0].customer", { entities: [{ customer: 5 }] }],
    ["entities[0].account", { entities: [{ customer: "a", account: 0.5 }], select: { balance: ["amount"] } }],
    ["entities[0]", { entities: [null] }],
    ["entities[0]", { entities: [{ customer: "x".repeat(600) }] }],
    ["entities", { entities: { customer: "a" } }],
    ["select", { select: {} }],
  ])("refuses at %s before anything is read", async (path, change) => {
    const query = { entities: [{ customer: "a" }], select: { spending: ["total30d"] }, ...change };
    await expect(open().getOnlineFeatures(query as never)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { path },
    });
  });

  test("refuses names of no view and no feature", async () => {
    const entities = [{ customer: "a" }];
    await expect(
      open().getOnlineFeatures({ entities, select: { other: ["x"] } } as never),
    ).rejects.toMatchObject({ code: "VIEW_NOT_FOUND" });
    await expect(
      open().getOnlineFeatures({ entities, select: { spending: ["x"] } } as never),
    ).rejects.toMatchObject({ code: "FEATURE_NOT_FOUND" });
  });

  test("finds a feature missing that is younger than the row, and refuses one of another type", async () => {
    await open().push(spending, [{ customer: "a", total30d: 1, region: null, eventTime: 1_000 }]);
    const read = async (schema: z.ZodObject, name: string) => {
      const view = defineFeatureView({ name: "spending", entities: [customer], schema });
      const store = createFeatureStore({ storage, views: [view] });
      const live = await store.getOnlineFeatures({
        entities: [{ customer: "a" }],
        select: { spending: [name] },
      });
      return live.status(0).spending;
    };
    expect(await read(z.object({ level: z.int() }), "level")).toEqual({ level: "missing" });
    await expect(read(z.object({ total30d: z.bigint() }), "total30d")).rejects.toMatchObject({
      code: "VIEW_CHANGED",
    });
  });

  test("says which row is corrupt", async () => {
    await storage.kv.atomic().set(["features", 1, "online", "spending", "a"], "no row").commit();
    const query = { entities: [{ customer: "a" }], select: { spending: ["total30d"] } } as const;
    await expect(open().getOnlineFeatures(query)).rejects.toMatchObject({ code: "CORRUPT" });
  });

  test("a row that the online store cannot hold is refused before anything is stored", async () => {
    const view = defineFeatureView({
      name: "text",
      entities: [customer],
      schema: z.object({ text: z.string() }),
    });
    const store = createFeatureStore({ storage, views: [view] });
    const rows = [{ customer: "a", text: "x".repeat(70_000), eventTime: 5 }];
    await expect(store.push(view, rows)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { path: "rows[0]" },
    });
    for await (const _ of storage.tables.scan(["features", 1, "offline", "text"])) expect.unreachable();
  });

  test("finds rows of an entity whose key became wider", async () => {
    const view = (key: z.ZodType<number>) =>
      defineFeatureView({
        name: "use",
        entities: [defineEntity({ name: "account", key })],
        schema: z.object({ hours: z.number() }),
      });
    const narrow = view(z.int32());
    await createFeatureStore({ storage, views: [narrow] }).push(narrow, [
      { account: 7, hours: 1, eventTime: 5 },
    ]);
    const store = createFeatureStore({ storage, views: [view(z.int())] });
    const live = await store.getOnlineFeatures({ entities: [{ account: 7 }], select: { use: ["hours"] } });
    expect(live.row(0).use.hours).toBe(1);
  });

  test("types: names and join keys are checked by the compiler", () => {
    const { getOnlineFeatures: get } = open();
    const entities = [{ customer: "a" }];
    // Never called: these are for the compiler.
    const calls = () => [
      // @ts-expect-error there is no view of that name
      get({ entities, select: { spending: ["total30d"], other: ["x"] } }),
      // @ts-expect-error the view has no feature of that name
      get({ entities, select: { spending: ["total30"] } }),
      // @ts-expect-error a join key of the view is missing
      get({ entities, select: { balance: ["amount"] } }),
    ];
    const read = async () => {
      const live = await get({ entities, select: { spending: ["total30d"] } });
      // @ts-expect-error the feature was not selected
      return live.row(0).spending.region;
    };
    expect([calls, read]).toHaveLength(2);
  });
});

test("data of a newer format is neither read nor written", async () => {
  const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  await storage.kv.atomic().set(["format", "features"], { minReader: 2, minWriter: 2 }).commit();
  const store = createFeatureStore({ storage, views: [spending] });
  const expected = { code: "FORMAT_TOO_NEW" };
  const row = { customer: "c-1", total30d: 1, region: null, eventTime: new Date() };
  await expect(store.write(spending, [row])).rejects.toMatchObject(expected);
  await expect(store.push(spending, [row])).rejects.toMatchObject(expected);
  await expect(store.materialize(spending)).rejects.toMatchObject(expected);
  const select = { spending: ["total30d"] } as const;
  const online = store.getOnlineFeatures({ entities: [{ customer: "c-1" }], select });
  await expect(online).rejects.toMatchObject(expected);
  const entities = [{ customer: "c-1", eventTime: new Date() }];
  await expect(store.getHistoricalFeatures({ entities, select })).rejects.toMatchObject(expected);
});
