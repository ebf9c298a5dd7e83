import { float64, int8 } from "@millwright/core/zod";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineEntity, defineFeatureView, type FeatureName, type FeatureRow, tableSource } from "../index.js";

const customer = defineEntity({ name: "customer", key: z.string() });
const account = defineEntity({ name: "account", key: z.int() });
const schema = z.object({ total30d: z.number(), region: z.enum(["north", "south"]).nullable() });
const refusal = (path: string) => expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path } });

describe("an entity", () => {
  test.each([
    [z.string(), "string"],
    [z.uuid(), "string"],
    [z.enum(["a", "b"]), "string"],
    [z.int(), "int64"],
    [z.int64(), "int64"],
    [z.int32(), "int32"],
    [z.boolean(), "bool"],
    [int8(), "int8"],
  ] as const)("has a key that is a column", (key, type) => {
    expect(defineEntity({ name: "device", key }).column).toEqual({ name: "device", type, nullable: false });
  });

  test.each([z.number(), z.date(), z.string().nullable(), z.string().optional(), z.instanceof(Uint8Array)])(
    "refuses keys that have no equality to rely on, or may be null",
    (key) => {
      expect(() => defineEntity({ name: "device", key: key as never })).toThrow(refusal("key"));
    },
  );

  test.each(["", "1a", "a__b", "a.b", "__proto__", "a".repeat(101), "é", 5])(
    "refuses the name %o",
    (name) => {
      expect(() => defineEntity({ name: name as string, key: z.string() })).toThrow(refusal("name"));
    },
  );

  test("refuses what is no schema", () => {
    expect(() => defineEntity({ name: "device", key: "string" as never })).toThrow(refusal("key"));
  });
});

describe("a view", () => {
  test("knows its columns, ttl and times", () => {
    const view = defineFeatureView({ name: "spending", entities: [customer], schema, ttl: "90d" });
    expect(view.ttl).toBe(90 * 86_400_000_000);
    expect(view.source).toEqual({ kind: "table", eventTime: "eventTime", createdTime: undefined });
    expect([...view.features.values()].map(({ column }) => column)).toEqual([
      { name: "total30d", type: "float64", nullable: false },
      { name: "region", type: "string", nullable: true },
    ]);
    expect(defineFeatureView({ name: "spending", entities: [], schema }).ttl).toBe(0);
  });

  test.each([
    ["name", { name: "a__b" }],
    ["schema.a__b", { schema: z.object({ a__b: z.number() }) }],
    ["schema.customer", { schema: z.object({ customer: z.number() }) }],
    ["schema.eventTime", { schema: z.object({ eventTime: z.number() }) }],
    ["entities[0]", { source: tableSource({ eventTime: "customer" }) }],
    ["entities[1]", { entities: [customer, customer] }],
    ["entities[0]", { entities: [{ name: "customer" }] }],
    ["entities", { entities: customer }],
    ["list", { schema: z.object({ list: z.array(z.number()) }) }],
    ["schema", { schema: z.object({}) }],
    ["ttl", { ttl: "soon" }],
    ["ttl", { ttl: 0.5 }],
    ["ttl", { ttl: -1 }],
    ["source", { source: { kind: "parquet" } }],
  ])("is refused at %s", (path, change) => {
    const config = { name: "spending", entities: [customer], schema, ...change };
    expect(() => defineFeatureView(config as never)).toThrow(refusal(path));
  });

  test("refuses a source with one name for both times", () => {
    expect(() => tableSource({ eventTime: "at", createdTime: "at" })).toThrow(refusal("createdTime"));
  });
});

describe("types", () => {
  test("of rows follow from entities, schema and source", () => {
    const view = defineFeatureView({
      name: "spending",
      entities: [customer, account],
      schema: z.object({ total: z.number(), limit: float64().nullable(), level: z.int().default(1) }),
      source: tableSource({ eventTime: "day", createdTime: "loadedAt" }),
    });
    type Row = FeatureRow<typeof view>;
    expectTypeOf<FeatureName<typeof view>>().toEqualTypeOf<"total" | "limit" | "level">();
    expectTypeOf<Row["customer"]>().toEqualTypeOf<string>();
    expectTypeOf<Row["account"]>().toEqualTypeOf<number>();
    expectTypeOf<Row["limit"]>().toEqualTypeOf<number | null>();
    expectTypeOf<Row["level"]>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Row["day"]>().toEqualTypeOf<string | number | Date>();
    expectTypeOf<Row["loadedAt"]>().toEqualTypeOf<string | number | Date | null | undefined>();
    expectTypeOf<keyof Row>().toEqualTypeOf<
      "customer" | "account" | "total" | "limit" | "level" | "day" | "loadedAt"
    >();
  });

  test("of names are literals", () => {
    const view = defineFeatureView({ name: "spending", entities: [customer], schema });
    expectTypeOf(view.name).toEqualTypeOf<"spending">();
    expectTypeOf<keyof FeatureRow<typeof view>>().toEqualTypeOf<
      "customer" | "total30d" | "region" | "eventTime"
    >();
  });

  test("refuse keys that are no keys", () => {
    // @ts-expect-error a nullable key is no key
    expect(() => defineEntity({ name: "device", key: z.string().nullable() })).toThrow(refusal("key"));
  });
});
