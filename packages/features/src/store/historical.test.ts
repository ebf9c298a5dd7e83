import { type ColumnBatch, composeStorage, type Storage } from "@millwright/core";
import { batchFrom, batchFromColumns, columnFrom, rowsOf, valuesOf } from "@millwright/core/columns";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import fc from "fast-check";
import { beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { createFeatureStore, defineEntity, defineFeatureView, tableSource } from "../index.js";
import { oracle } from "../join/testdata/oracle.js";

const customer = defineEntity({ name: "customer", key: z.string() });
const account = defineEntity({ name: "account", key: z.int() });
const spending = defineFeatureView({
  name: "spending",
  entities: [customer],
  ttl: 10,
  schema: z.object({ total30d: z.number(), region: z.enum(["north", "south"]).nullable() }),
});
const balance = defineFeatureView({
  name: "balance",
  entities: [customer, account],
  schema: z.object({ amount: z.bigint(), openedAt: z.date(), note: z.string().optional() }),
  source: tableSource({ eventTime: "at", createdTime: "loadedAt" }),
});
const market = defineFeatureView({ name: "market", entities: [], schema: z.object({ index: z.number() }) });
const views = [spending, balance, market] as const;

let storage: Storage;
let store: ReturnType<typeof open>;
const open = () => createFeatureStore({ storage, views });
beforeEach(() => {
  storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  store = open();
});
const column = (batch: ColumnBatch, name: string) => valuesOf(batch.columns[name]!);
const refusal = (path: string) => expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path } });

describe("getHistoricalFeatures", () => {
  test("gives one row for each that was given, in their order, with labels and features behind", async () => {
    await store.write(spending, [
      { customer: "a", total30d: 1, region: "north", eventTime: 100 },
      { customer: "a", total30d: 2, region: null, eventTime: 105 },
      { customer: "b", total30d: 3, region: "south", eventTime: 100 },
    ]);
    await store.write(market, [{ index: 7, eventTime: 0 }]);
    const training = await store.getHistoricalFeatures({
      entities: [
        { customer: "b", eventTime: 110, defaulted: true, score: 0.5 },
        { customer: "a", eventTime: 104, defaulted: false, score: null },
        { customer: "a", eventTime: 105, defaulted: false, score: 1 },
        { customer: "b", eventTime: 111, defaulted: true, score: 2 },
        { customer: "c", eventTime: 105, defaulted: true, score: 3 },
        { customer: null, eventTime: 105, defaulted: true, score: 3 },
        { customer: "a", eventTime: null, defaulted: true, score: 3 },
        { customer: "a", eventTime: 99, defaulted: true, score: 3 },
      ],
      select: { spending: ["total30d", "region"], market: ["index"] },
    });
    expectTypeOf(training).toEqualTypeOf<ColumnBatch>();
    expect(Object.keys(training.columns)).toEqual([
      ...["customer", "eventTime", "defaulted", "score"],
      ...["spending__total30d", "spending__region", "market__index"],
    ]);
    expect(column(training, "customer")).toEqual(["b", "a", "a", "b", "c", null, "a", "a"]);
    expect(column(training, "spending__total30d")).toEqual([3, 1, 2, null, null, null, null, null]);
    expect(column(training, "spending__region")).toEqual([
      "south",
      "north",
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(column(training, "market__index")).toEqual([7, 7, 7, 7, 7, 7, null, 7]);
    expect(training.columns.score).toMatchObject({ type: "float64" });
    expect(training.columns.defaulted).toMatchObject({ type: "bool" });
  });

  test("takes a batch as it is, keeps its columns, and reads times of text", async () => {
    await store.write(spending, [
      { customer: "a", total30d: 1, region: null, eventTime: "2026-01-31T12:00:00.000001Z" },
    ]);
    const entities = batchFromColumns({
      customer: columnFrom("dictionary", ["a", "a"]),
      day: columnFrom("string", ["2026-01-31T13:00:00.000001+01:00", "2026-01-31T12:00:00Z"]),
      label: Int8Array.of(1, 0),
    });
    const training = await store.getHistoricalFeatures({
      entities,
      eventTime: "day",
      select: { spending: ["total30d"] },
    });
    expect(training.columns.label).toBe(entities.columns.label);
    expect(column(training, "spending__total30d")).toEqual([1, null]);
  });

  test("gives a column without a bitmap where every row matched", async () => {
    await store.write(spending, [{ customer: "a", total30d: 1, region: "north", eventTime: 5 }]);
    const entities = [{ customer: "a", eventTime: 5 }];
    const training = await store.getHistoricalFeatures({
      entities,
      select: { spending: ["total30d", "region"] },
    });
    expect(training.columns.spending__total30d?.validity).toBeUndefined();
    expect(training.columns.spending__region?.validity).toBeUndefined();
  });

  test("gives null columns of the declared types where nothing was written, and no rows for none", async () => {
    const select = { balance: ["amount", "openedAt", "note"] } as const;
    const entities = [{ customer: "a", account: 1, eventTime: 5 }];
    const training = await store.getHistoricalFeatures({ entities, select });
    expect([...rowsOf(training)]).toEqual([
      {
        customer: "a",
        account: 1n,
        eventTime: 5,
        balance__amount: null,
        balance__openedAt: null,
        balance__note: null,
      },
    ]);
    expect(training.columns.balance__openedAt?.type).toBe("timestamp");
    expect((await store.getHistoricalFeatures({ entities: [], select })).rows).toBe(0);
  });

  test("decides ties by created time, then by what was written last; corrections count unless asked not to", async () => {
    const row = { customer: "a", account: 1, openedAt: new Date(0) };
    await store.write(balance, [
      { ...row, amount: 1n, at: 10, loadedAt: 20 },
      { ...row, amount: 2n, at: 10, loadedAt: null },
    ]);
    await store.write(balance, [{ ...row, amount: 3n, at: 10 }]);
    const at = async (eventTime: number, options = {}) => {
      const entities = [{ customer: "a", account: 1, eventTime }];
      const query = { entities, select: { balance: ["amount"] }, ...options } as const;
      return column(await store.getHistoricalFeatures(query), "balance__amount")[0];
    };
    expect(await at(10)).toBe(1n);
    expect(await at(10, { asOfKnowledge: true })).toBe(null);
    expect(await at(20, { asOfKnowledge: true })).toBe(1n);
    expect(await at(10, { strictlyBefore: true })).toBe(null);
    expect(await at(11, { strictlyBefore: true })).toBe(1n);
    await store.write(balance, [{ ...row, amount: 4n, at: 10, loadedAt: 20 }]);
    expect(await at(10)).toBe(4n);
  });

  test("holds after the table was compacted", async () => {
    for (let total30d = 0; total30d < 20; total30d++)
      await store.write(spending, [{ customer: "a", total30d, region: null, eventTime: 5 }]);
    expect(await storage.tables.compact(["features", 1, "offline", "spending"])).toBeGreaterThan(0);
    const training = await store.getHistoricalFeatures({
      entities: [{ customer: "a", eventTime: 5 }],
      select: { spending: ["total30d"] },
    });
    expect(column(training, "spending__total30d")).toEqual([19]);
  });

  test("is what the oracle says, for rows and for columns, however they were written", async () => {
    const time = fc.integer({ min: 0, max: 30 });
    const key = fc.tuple(fc.constantFrom("a", "b", "1"), fc.constantFrom(1, 11));
    const written = fc.record({ key, at: time, loadedAt: fc.option(time) });
    const asked = fc.record({
      key: fc.tuple(fc.option(fc.constantFrom("a", "b", "1", "x")), fc.constantFrom(1, 11, 2)),
      at: fc.option(time, { freq: 9 }),
    });
    const options = fc.record({ strictlyBefore: fc.boolean(), asOfKnowledge: fc.boolean() });
    const batches = fc.array(fc.array(written, { maxLength: 8 }), { maxLength: 4 });
    const ttl = fc.constantFrom(0, 1, 7);
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.array(asked, { maxLength: 8 }),
        options,
        ttl,
        fc.boolean(),
        async (parts, rows, join, ttl, byColumn) => {
          const view = defineFeatureView({
            name: "balance",
            entities: [customer, account],
            ttl,
            schema: z.object({ amount: z.int() }),
            source: tableSource({ eventTime: "at", createdTime: "loadedAt" }),
          });
          await using storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
          const store = createFeatureStore({ storage, views: [view] });
          let ordinal = 0;
          for (const part of parts) {
            const objects = part.map(({ key, at, loadedAt }) => ({
              customer: key[0],
              account: key[1],
              at,
              loadedAt,
              amount: ordinal++,
            }));
            await store.write(view, byColumn ? batchFrom(columns, objects) : objects);
          }
          const result = await store.getHistoricalFeatures({
            entities: rows.map(({ key, at }) => ({ customer: key[0], account: key[1], eventTime: at })),
            select: { balance: ["amount"] },
            ...join,
          });
          const expected = oracle(
            rows.map(({ key, at }) => ({ keys: key, time: at })),
            parts.flat().map(({ key, at, loadedAt }) => ({ keys: key, time: at, created: loadedAt })),
            { ttl, ...join },
          );
          expect(column(result, "balance__amount")).toEqual(
            expected.map((winner) => (winner === -1 ? null : BigInt(winner))),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  const columns = [
    { name: "customer", type: "string", nullable: false },
    { name: "account", type: "int32", nullable: false },
    { name: "at", type: "timestamp", nullable: false },
    { name: "loadedAt", type: "timestamp", nullable: true },
    { name: "amount", type: "int64", nullable: false },
  ] as const;

  test("finds keys by the schema that wrote them", async () => {
    const device = defineEntity({ name: "device", key: z.string().trim().toLowerCase() });
    const view = defineFeatureView({
      name: "use",
      entities: [device],
      schema: z.object({ hours: z.number() }),
    });
    const store = createFeatureStore({ storage, views: [view] });
    await store.write(view, [{ device: " A1 ", hours: 3, eventTime: 5 }]);
    const training = await store.getHistoricalFeatures({
      entities: [{ device: "a1  ", eventTime: 5 }],
      select: { use: ["hours"] },
    });
    expect(column(training, "use__hours")).toEqual([3]);
    expect(column(training, "device")).toEqual(["a1  "]);
  });

  test.each<[string, object]>([
    ["entities[1].customer", { entities: [{ customer: "a", eventTime: 5 }, { eventTime: 5 }] }],
    ["entities[0].eventTime", { entities: [{ customer: "a" }] }],
    ["entities[0].eventTime", { entities: [{ customer: "a", eventTime: "2026-01-31T12:00:00" }] }],
    ["entities[0].eventTime", { entities: [{ customer: "a", eventTime: 0.5 }] }],
    ["entities[0].customer", { entities: [{ customer: 5, eventTime: 5 }] }],
    ["entities[0]", { entities: [5] }],
    [
      "entities[1].label",
      {
        entities: [
          { customer: "a", eventTime: 5, label: 1 },
          { customer: "a", eventTime: 5, label: "x" },
        ],
      },
    ],
    ["entities[0].label", { entities: [{ customer: "a", eventTime: 5, label: [1] }] }],
    ["entities", { entities: undefined }],
    [
      "entities.columns.customer",
      { entities: batchFromColumns({ eventTime: columnFrom("timestamp", [5]) }) },
    ],
    ["entities.columns.eventTime", { entities: batchFromColumns({ customer: columnFrom("string", ["a"]) }) }],
    [
      "entities.eventTime",
      {
        entities: batchFromColumns({ customer: columnFrom("string", ["a"]), eventTime: Float64Array.of(5) }),
      },
    ],
    [
      "entities.eventTime[0]",
      {
        entities: batchFromColumns({
          customer: columnFrom("string", ["a"]),
          eventTime: columnFrom("string", ["2026-01-31 12:00"]),
        }),
      },
    ],
    [
      "entities.eventTime[0]",
      {
        entities: batchFromColumns({
          customer: columnFrom("string", ["a"]),
          eventTime: columnFrom("timestamp", Float64Array.of(Number.NaN)),
        }),
      },
    ],
    [
      "entities.columns.spending__total30d",
      { entities: [{ customer: "a", eventTime: 5, spending__total30d: 1 }] },
    ],
    ["select", { select: undefined }],
    ["select", { select: {} }],
    ["select.spending", { select: { spending: "total30d" } }],
    ["select.spending[1]", { select: { spending: ["total30d", "total30d"] } }],
  ])("refuses at %s", async (path, change) => {
    const query = {
      entities: [{ customer: "a", eventTime: 5 }],
      select: { spending: ["total30d"] },
      ...change,
    };
    await expect(store.getHistoricalFeatures(query as never)).rejects.toThrow(refusal(path));
  });

  test("refuses names of no view and no feature, and says which there are", async () => {
    const entities = [{ customer: "a", eventTime: 5 }];
    const view = store.getHistoricalFeatures({ entities, select: { spendings: ["total30d"] } } as never);
    await expect(view).rejects.toMatchObject({ code: "VIEW_NOT_FOUND", details: { view: "spendings" } });
    await expect(view).rejects.toThrow("spending, balance, market");
    const feature = store.getHistoricalFeatures({ entities, select: { spending: ["total"] } } as never);
    await expect(feature).rejects.toMatchObject({ code: "FEATURE_NOT_FOUND", details: { feature: "total" } });
    await expect(feature).rejects.toThrow("total30d, region");
  });

  test("stops when it is told to", async () => {
    await store.write(spending, [{ customer: "a", total30d: 1, region: null, eventTime: 5 }]);
    const signal = AbortSignal.abort("enough");
    const query = {
      entities: [{ customer: "a", eventTime: 5 }],
      select: { spending: ["total30d"] },
      signal,
    } as const;
    await expect(store.getHistoricalFeatures(query)).rejects.toBe("enough");
  });
});

describe("write", () => {
  test("with an id happens once", async () => {
    const rows = [{ customer: "a", total30d: 1, region: null, eventTime: 5 }];
    const first = await store.write(spending, rows, { id: "2026-01-31" });
    expect(await store.write(spending, rows, { id: "2026-01-31" })).toEqual(first);
    const stored: number[] = [];
    for await (const { batch } of storage.tables.scan(["features", 1, "offline", "spending"]))
      stored.push(batch.rows);
    expect(stored).toEqual([1]);
  });

  test("fills defaults in and leaves unknown fields out", async () => {
    const view = defineFeatureView({
      name: "use",
      entities: [customer],
      schema: z.object({ hours: z.number().default(8) }),
    });
    const store = createFeatureStore({ storage, views: [view] });
    const rows = [{ customer: "a", eventTime: 5, other: 1 }];
    await store.write(view, rows);
    const training = await store.getHistoricalFeatures({
      entities: [{ customer: "a", eventTime: 5 }],
      select: { use: ["hours"] },
    });
    expect(column(training, "use__hours")).toEqual([8]);
  });

  const good = { customer: "a", total30d: 1, region: null, eventTime: 5 };
  test.each<[string, unknown]>([
    ["rows[1].total30d", [good, { ...good, total30d: "1" }]],
    ["rows[0].total30d", [{ ...good, total30d: Number.NaN }]],
    ["rows[0].region", [{ ...good, region: "east" }]],
    ["rows[0].region", [{ customer: "a", total30d: 1, eventTime: 5 }]],
    ["rows[0].customer", [{ ...good, customer: null }]],
    ["rows[0].customer", [{ ...good, customer: undefined }]],
    ["rows[0].customer", [{ ...good, customer: 5 }]],
    ["rows[0]", [{ ...good, customer: "é".repeat(300) }]],
    ["rows[0].eventTime", [{ ...good, eventTime: null }]],
    ["rows[0].eventTime", [{ ...good, eventTime: "2026-01-31T12:00:00" }]],
    ["rows[0].eventTime", [{ ...good, eventTime: 2 ** 53 }]],
    ["rows[0].eventTime", [{ ...good, eventTime: {} }]],
    ["rows[0]", [null]],
    ["rows", "rows"],
    ["rows.columns.customer", batchFromColumns({ total30d: Float64Array.of(1) })],
    [
      "rows.columns.eventTime",
      batchFromColumns({ customer: columnFrom("string", ["a"]), eventTime: Float64Array.of(1) }),
    ],
    [
      "rows[0].total30d",
      batchFromColumns({
        customer: columnFrom("string", ["a"]),
        eventTime: columnFrom("timestamp", [1]),
        total30d: Float64Array.of(Number.POSITIVE_INFINITY),
        region: columnFrom("string", [null]),
      }),
    ],
  ])("refuses at %s and writes nothing", async (path, rows) => {
    await expect(store.write(spending, rows as never)).rejects.toThrow(refusal(path));
    for await (const _ of storage.tables.scan(["features", 1, "offline", "spending"])) expect.unreachable();
  });

  test("cuts nothing off a time that a Date cannot hold", async () => {
    const batch = batchFromColumns({
      customer: columnFrom("string", ["a"]),
      account: columnFrom("int32", [1]),
      at: columnFrom("timestamp", [1]),
      amount: columnFrom("int64", [5n]),
      openedAt: columnFrom("timestamp", [1_001]),
    });
    await expect(store.write(balance, batch)).rejects.toThrow(refusal("rows[0].openedAt"));
  });

  test("refuses a view that the store was not made with", async () => {
    const twin = defineFeatureView({ name: "market", entities: [], schema: z.object({ index: z.number() }) });
    await expect(store.write(twin, [])).rejects.toThrow(refusal("view"));
    const other = defineFeatureView({ name: "other", entities: [], schema: z.object({ index: z.number() }) });
    await expect(store.write(other as never, [])).rejects.toMatchObject({ code: "VIEW_NOT_FOUND" });
  });

  test("refuses a schema that is asynchronous", async () => {
    const slow = z.object({ index: z.number().refine(async () => true) });
    const view = defineFeatureView({ name: "slow", entities: [], schema: slow });
    const store = createFeatureStore({ storage, views: [view] });
    await expect(store.write(view, [{ index: 1, eventTime: 5 }])).rejects.toThrow(refusal("rows[0]"));
  });
});

describe("a view that has changed", () => {
  const read = (schema: z.ZodObject, entities = [customer]) => {
    const view = defineFeatureView({ name: "spending", entities, schema });
    const store = createFeatureStore({ storage, views: [view] });
    return store.getHistoricalFeatures({
      entities: [{ customer: "a", device: "d", eventTime: 5 }],
      select: { spending: Object.keys(schema.shape) },
    });
  };
  beforeEach(() => store.write(spending, [{ customer: "a", total30d: 1, region: null, eventTime: 5 }]));

  test("finds a new feature empty in old rows, and ignores one that is gone", async () => {
    const training = await read(z.object({ total30d: z.number(), level: z.int() }));
    expect(column(training, "spending__total30d")).toEqual([1]);
    expect(column(training, "spending__level")).toEqual([null]);
  });

  test("refuses rows that have another type", async () => {
    await expect(read(z.object({ total30d: z.int() }))).rejects.toMatchObject({
      code: "VIEW_CHANGED",
      details: { view: "spending", column: "total30d" },
    });
  });

  test("refuses rows that lack an entity", async () => {
    const device = defineEntity({ name: "device", key: z.string() });
    await expect(read(z.object({ total30d: z.number() }), [customer, device] as never)).rejects.toMatchObject(
      { code: "VIEW_CHANGED" },
    );
  });
});

describe("createFeatureStore", () => {
  test.each<[string, object]>([
    ["storage", { storage: undefined }],
    ["online", { online: {} }],
    ["views", { views: [] }],
    ["views[1]", { views: [spending, {}] }],
    ["views[1].name", { views: [spending, spending] }],
    [
      "views[1]",
      {
        views: [
          spending,
          defineFeatureView({
            name: "other",
            entities: [defineEntity({ name: "customer", key: z.int() })],
            schema: z.object({ x: z.number() }),
          }),
        ],
      },
    ],
  ])("refuses at %s", (path, change) => {
    expect(() => createFeatureStore({ storage, views, ...change } as never)).toThrow(refusal(path));
  });
});

test("types: names and join keys are checked by the compiler", () => {
  const entities = [{ customer: "a", eventTime: 5 }];
  const other = defineFeatureView({ name: "other", entities: [], schema: z.object({ x: z.number() }) });
  const select = { spending: ["total30d"] } as const;
  const byDay = [{ customer: "a", day: 5, label: 1 }];
  const row = { customer: "a", region: null, eventTime: 5 };
  const { getHistoricalFeatures: get, write } = store;
  // Never called: these are for the compiler.
  const calls = () => [
    get({ entities, select }),
    get({ entities: [{ customer: null, eventTime: null, label: 1 }], select }),
    get({ entities: byDay, eventTime: "day", select }),
    write(spending, [{ ...row, total30d: 1 }]),
    // @ts-expect-error there is no view of that name
    get({ entities, select: { spending: ["total30d"], spendings: ["total30d"] } }),
    // @ts-expect-error there is no view of that name
    get({ entities, select: { spendings: ["total30d"] } }),
    // @ts-expect-error the view has no feature of that name
    get({ entities, select: { spending: ["total30"] } }),
    // @ts-expect-error the join key is misspelt
    get({ entities: [{ customr: "a", eventTime: 5 }], select }),
    // @ts-expect-error a join key of a second view is missing
    get({ entities, select: { spending: ["total30d"], balance: ["amount"] } }),
    // @ts-expect-error the time is missing
    get({ entities: [{ customer: "a" }], select }),
    // @ts-expect-error the time has another name
    get({ entities: byDay, select }),
    // @ts-expect-error the join key has another type
    get({ entities: [{ customer: 5, eventTime: 5 }], select }),
    // @ts-expect-error the feature has another type
    write(spending, [{ ...row, total30d: "1" }]),
    // @ts-expect-error a feature is missing
    write(spending, [row]),
    // @ts-expect-error the view is not one of the store
    write(other, []),
  ];
  expect(calls).toBeTypeOf("function");
});
