import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { columnSpecsOf, float64, int8, int16, uint8, uint16 } from "./index.js";

/** The rows of the table in docs: the code as a user writes it, and the schema that it makes. */
const accepted: readonly (readonly [code: string, schema: z.ZodType])[] = [
  ["z.string()", z.string()],
  ["z.email(), z.uuid(), z.iso.date() and other formats of strings", z.email()],
  ['z.enum(["a", "b"]), z.literal("a")', z.enum(["a", "b"])],
  ["z.templateLiteral([…])", z.templateLiteral(["id-", z.int()])],
  ["z.number()", z.number()],
  ["z.float64()", z.float64()],
  ["float64()", float64()],
  ["z.float32()", z.float32()],
  ["z.int(), z.number().int()", z.number().int()],
  ["z.literal(3)", z.literal(3)],
  ["z.literal(0.5)", z.literal(0.5)],
  ["z.int32()", z.int32()],
  ["z.uint32()", z.uint32()],
  ["int8()", int8()],
  ["int16()", int16()],
  ["uint8()", uint8()],
  ["uint16()", uint16()],
  ["z.bigint(), z.int64()", z.bigint()],
  ["z.uint64()", z.uint64()],
  ["z.boolean()", z.boolean()],
  ["z.date()", z.date()],
  ["z.iso.datetime()", z.iso.datetime()],
  ["z.instanceof(Uint8Array)", z.instanceof(Uint8Array)],
  ["z.number().nullable()", z.number().nullable()],
  ["z.number().optional(), .nullish()", z.number().optional()],
  ["z.number().default(0), .prefault(0), .catch(0)", z.number().default(0)],
  ['z.union([z.literal("a"), z.email(), z.null()])', z.union([z.literal("a"), z.email(), z.null()])],
  ["z.coerce.number()", z.coerce.number()],
  [
    "any of these with .min(), .refine(), .brand(), .readonly(), .meta()",
    z.number().min(1).brand("b").readonly(),
  ],
];

const refused: readonly (readonly [code: string, schema: z.ZodType, instead: string])[] = [
  ["z.object(), z.record(), z.array(), z.tuple()", z.array(z.number()), "one field for each part"],
  [
    ".transform(), .pipe(), z.codec(), z.stringbool()",
    z.string().transform(Number),
    "the schema before or after it",
  ],
  ["z.union([z.string(), z.number()])", z.union([z.string(), z.number()]), "one type"],
  ['z.literal(["a", 1])', z.literal(["a", 1]), "one type"],
  ["z.iso.datetime({ local: true })", z.iso.datetime({ local: true }), "a time with a zone"],
  ["z.any(), z.unknown()", z.any(), "the type that it is"],
  ["z.null(), z.undefined(), z.void(), z.never()", z.null(), "leave the field out"],
  ["z.custom(), z.instanceof(Other)", z.instanceof(Map), "fields of the types above"],
  ["z.lazy(), z.promise(), z.function(), z.symbol()", z.lazy(() => z.string()), "the type itself"],
  ["z.map(), z.set(), z.file()", z.set(z.string()), "one field for each part"],
];

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

function table(): string {
  const lines = ["| zod | column | null |", "|---|---|---|"];
  for (const [text, schema] of accepted) {
    const [spec] = columnSpecsOf(z.object({ field: schema }));
    lines.push(`| ${code(text)} | ${spec?.type} | ${spec?.nullable ? "yes" : "no"} |`);
  }
  lines.push("", "| refused | instead |", "|---|---|");
  for (const [text, , instead] of refused) lines.push(`| ${code(text)} | ${instead} |`);
  return lines.join("\n");
}

it("is the table in docs/zod-types.md", () => {
  const page = readFileSync(new URL("../../../../docs/zod-types.md", import.meta.url), "utf8");
  const [, between] = /<!-- table -->\n\n([\s\S]*?)\n\n<!-- end of table -->/.exec(page) ?? [];
  expect(between).toBe(table());
});

it.each(refused)("refuses %s and names the field", (_, schema) => {
  expect(() => columnSpecsOf(z.object({ fine: z.string(), odd: schema }))).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path: "odd" } }),
  );
});

it.each([
  ["z.codec", z.codec(z.string(), z.number(), { decode: Number, encode: String })],
  ["z.stringbool", z.stringbool()],
  ["z.record", z.record(z.string(), z.number())],
  ["z.tuple", z.tuple([z.number()])],
  ["z.object", z.object({})],
  ["z.unknown", z.unknown()],
  ["z.undefined", z.undefined()],
  ["z.never", z.never()],
  ["z.custom", z.custom<number>()],
  ["z.symbol", z.symbol()],
  ["z.map", z.map(z.string(), z.string())],
  ["z.file", z.file()],
  ["z.literal(null)", z.literal(null)],
  ["z.discriminatedUnion", z.discriminatedUnion("kind", [z.object({ kind: z.literal("a") })])],
])("refuses %s as the table says of its like", (_, schema) => {
  expect(() => columnSpecsOf(z.object({ odd: schema }))).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path: "odd" } }),
  );
});
