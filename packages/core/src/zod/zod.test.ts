import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as mini from "zod/mini";
import type { ColumnSpec, ColumnType } from "../signature/column-spec.js";
import type { TensorSpec } from "../signature/signature.js";
import { columnSpecsOf, float64, int8, int16, schemaOf, signatureOf, uint8, uint16 } from "./index.js";

const columnTypes: readonly ColumnType[] = [
  ...([
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
  ] as const),
  ...(["bool", "string", "timestamp", "bytes"] as const),
];

/** Names in an order that a JavaScript object keeps. */
const name = fc.string({ maxLength: 12 }).map((text) => `c${text}`);
const typeOf = (schema: z.ZodType): ColumnType => columnSpecsOf(z.object({ field: schema }))[0]!.type;

describe("columnSpecsOf", () => {
  it("is undone by schemaOf for every list of columns", () => {
    const column = fc.record({ name, type: fc.constantFrom(...columnTypes), nullable: fc.boolean() });
    const columns = fc.uniqueArray(column, { selector: (spec) => spec.name });
    fc.assert(
      fc.property(columns, fc.constantFrom("number", "bigint"), (specs, int64) => {
        expect(columnSpecsOf(schemaOf(specs, { int64 }))).toEqual(specs);
      }),
    );
  });

  it("keeps the type through any refinement and wrapping", () => {
    const wraps: ((schema: z.ZodType) => z.ZodType)[] = [
      (schema) => schema.refine(() => true),
      (schema) => schema.brand("brand"),
      (schema) => schema.readonly(),
      (schema) => schema.meta({ title: "title" }),
      (schema) => schema.nullable(),
      (schema) => schema.optional(),
      (schema) => schema.clone(),
    ];
    const column = fc.record({
      type: fc.constantFrom(...columnTypes),
      wrap: fc.array(fc.constantFrom(...wraps), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(column, ({ type, wrap }) => {
        const { field } = schemaOf([{ name: "field", type, nullable: false }]).shape;
        expect(typeOf(wrap.reduce((schema, apply) => apply(schema), field!))).toBe(type);
      }),
    );
  });

  it.each([
    ["nullable", z.string().nullable(), true],
    ["optional", z.string().optional(), true],
    ["nullish", z.string().nullish(), true],
    ["a union with null", z.union([z.string(), z.null()]), true],
    ["a union with undefined", z.union([z.string(), z.undefined()]), true],
    ["a literal with null", z.literal(["a", null]), true],
    ["default", z.string().default(""), false],
    ["optional with a default", z.string().optional().default(""), false],
    ["a default made optional", z.string().default("").optional(), false],
    ["nullable with a default", z.string().nullable().default(null), true],
    ["required again", z.string().optional().nonoptional(), false],
    ["catch", z.string().nullable().catch(null), true],
  ])("makes a nullable column of what may be empty: %s", (_, schema, nullable) => {
    expect(columnSpecsOf(z.object({ field: schema }))[0]).toEqual({
      name: "field",
      type: "string",
      nullable,
    });
  });

  it("takes bounds for what they are", () => {
    expect(typeOf(z.int().min(0).max(255))).toBe("int64");
    expect(typeOf(z.number().multipleOf(1))).toBe("float64");
    expect(typeOf(z.number().int().min(0))).toBe("int64");
    expect(typeOf(z.string().check(z.iso.datetime()))).toBe("timestamp");
  });

  it("reads schemas of zod/mini", () => {
    const schema = mini.object({ a: mini.int32(), b: mini.nullable(mini.string()) });
    expect(columnSpecsOf(schema)).toEqual([
      { name: "a", type: "int32", nullable: false },
      { name: "b", type: "string", nullable: true },
    ]);
  });

  it.each([undefined, null, {}, z.string(), z.array(z.object({}))])(
    "refuses what describes no row",
    (schema) => {
      expect(() => columnSpecsOf(schema as never)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    },
  );
});

describe("numbers", () => {
  it("float64 admits every number and nothing else", () => {
    fc.assert(fc.property(fc.double(), (value) => Object.is(float64().parse(value), value)));
    for (const odd of ["1", null, undefined, 1n]) expect(float64().safeParse(odd).success).toBe(false);
    expect(z.number().safeParse(Number.NaN).success).toBe(false);
  });

  it.each([
    ["int8", int8, -128, 127],
    ["int16", int16, -32_768, 32_767],
    ["uint8", uint8, 0, 255],
    ["uint16", uint16, 0, 65_535],
  ] as const)("%s has its bounds", (_, make, minimum, maximum) => {
    for (const fine of [minimum, maximum, 0]) expect(make().parse(fine)).toBe(fine);
    for (const odd of [minimum - 1, maximum + 1, 0.5, Number.NaN])
      expect(make().safeParse(odd).success).toBe(false);
  });
});

describe("signatureOf", () => {
  it("makes one tensor of each field", () => {
    const signature = signatureOf({
      input: z.object({
        age: z.int(),
        income: z.float32().nullable(),
        region: z.string().default("north"),
        note: z.string().optional(),
        pixels: z.array(z.array(uint8()).length(28)).length(28),
        words: z.array(z.string()),
      }),
      output: z.object({ probabilities: z.array(z.float32()).length(2) }),
    });
    const tensor = { kind: "tensor" };
    expect(signature).toEqual({
      inputs: [
        { ...tensor, name: "age", datatype: "int64", shape: [null, 1] },
        { ...tensor, name: "income", datatype: "float32", shape: [null, 1], nullable: true },
        { ...tensor, name: "region", datatype: "string", shape: [null, 1], optional: true },
        { ...tensor, name: "note", datatype: "string", shape: [null, 1], nullable: true, optional: true },
        { ...tensor, name: "pixels", datatype: "uint8", shape: [null, 28, 28] },
        { ...tensor, name: "words", datatype: "string", shape: [null, null] },
      ],
      outputs: [{ ...tensor, name: "probabilities", datatype: "float32", shape: [null, 2] }],
    });
  });

  it("is undone by schemaOf for tensors of rows", () => {
    const types = columnTypes.filter(
      (type) => type !== "timestamp" && type !== "bytes",
    ) as TensorSpec["datatype"][];
    const size = fc.oneof(fc.constant(null), fc.integer({ min: 2, max: 9 }));
    const tensor = fc
      .record({
        kind: fc.constant("tensor" as const),
        name,
        datatype: fc.constantFrom(...types),
        shape: fc.oneof(fc.constant([1]), fc.array(size, { minLength: 1, maxLength: 3 })),
        nullable: fc.boolean(),
      })
      .map(({ shape, nullable, ...spec }): TensorSpec => {
        return { ...spec, shape: [null, ...shape], ...(nullable ? { nullable } : {}) };
      });
    const tensors = fc.uniqueArray(tensor, { selector: (spec) => spec.name });
    fc.assert(
      fc.property(tensors, tensors, (inputs, outputs) => {
        const schemas = { input: schemaOf(inputs), output: schemaOf(outputs) };
        expect(signatureOf(schemas)).toEqual({ inputs, outputs });
      }),
    );
  });

  it.each([
    ["a time", z.date(), /use z\.int\(\) of microseconds/],
    ["bytes", z.instanceof(Uint8Array), /uint8\(\)/],
    ["an element that may be missing", z.array(z.number().optional()), /cannot be left out/],
    ["an object", z.object({}), /no column for z\.object/],
  ])("refuses %s and names the field", (_, schema, message) => {
    const signature = () => signatureOf({ input: z.object({}), output: z.object({ odd: schema }) });
    expect(signature).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path: "output.odd" } }),
    );
    expect(signature).toThrow(message);
  });
});

describe("schemaOf", () => {
  it("parses the rows that a model takes", () => {
    const row = schemaOf([
      { kind: "tensor", name: "measures", datatype: "float32", shape: ["N", 2], nullable: true },
      { kind: "tensor", name: "count", datatype: "int64", shape: [null] },
      { kind: "tensor", name: "scale", datatype: "float32", shape: [1], optional: true },
    ]);
    const rows = [
      { measures: [0.5, null], count: 3 },
      { measures: [0.5, 1], count: 3, scale: 2 },
    ];
    for (const fine of rows) expect(row.parse(fine)).toEqual(fine);
    expect(row.safeParse({ measures: [0.5], count: 3 }).success).toBe(false);
    expect(row.safeParse({ measures: [0.5, 1], count: 2 ** 60 }).success).toBe(false);
    expect(row.safeParse({ measures: [0.5, Number.NaN], count: 3 }).success).toBe(false);
  });

  it("holds an int64 as the caller wants", () => {
    const spec: ColumnSpec = { name: "n", type: "int64", nullable: false };
    expect(schemaOf([spec]).safeParse({ n: 1 }).success).toBe(true);
    expect(schemaOf([spec], { int64: "bigint" }).safeParse({ n: 2n ** 63n - 1n }).success).toBe(true);
    expect(schemaOf([spec], { int64: "bigint" }).safeParse({ n: 2n ** 63n }).success).toBe(false);
  });

  const tensor = { kind: "tensor", name: "odd", datatype: "float32", shape: [null] } as const;
  it.each([
    ["a sequence", [{ kind: "sequence", name: "odd", of: tensor }]],
    ["no rank", [{ ...tensor, shape: null }]],
    ["complex numbers", [{ ...tensor, datatype: "complex64" }]],
    ["a name used twice", [tensor, tensor]],
    ["a size below zero", [{ ...tensor, shape: [null, -2] }]],
  ] as const)("refuses %s and names the value", (_, specs) => {
    const refusal = expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path: "odd" } });
    expect(() => schemaOf(specs as readonly TensorSpec[])).toThrow(refusal);
  });

  it("refuses the name __proto__", () => {
    expect(() => schemaOf([{ name: "__proto__", type: "string", nullable: false }])).toThrow(/cannot hold/);
  });
});
