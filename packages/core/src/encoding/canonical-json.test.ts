import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromCanonicalJson, toCanonicalJson } from "./canonical-json.js";
import type { StructuredValue } from "./structured-value.js";

const { value } = fc.letrec<{ value: StructuredValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.string({ unit: "binary" }),
    fc.bigInt(),
    fc.uint8Array(),
    fc.array(tie("value")),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("$bigint", "$number", "$bytes", "$object", "$", "__proto__")),
      tie("value"),
    ),
  ),
}));

describe("canonical JSON", () => {
  test.each<[StructuredValue, string]>([
    [{ b: 1, a: [true, null, "x"] }, '{"a":[true,null,"x"],"b":1}'],
    [{ a: undefined }, "{}"],
    [Number.NaN, '{"$number":"NaN"}'],
    [Number.POSITIVE_INFINITY, '{"$number":"Infinity"}'],
    [Number.NEGATIVE_INFINITY, '{"$number":"-Infinity"}'],
    [-0, '{"$number":"-0"}'],
    [0, "0"],
    [12n, '{"$bigint":"12"}'],
    [Uint8Array.of(1, 2, 255), '{"$bytes":"AQL/"}'],
    [{ $bigint: "12" }, '{"$object":{"$bigint":"12"}}'],
    [{ $a: 1, b: 2 }, '{"$a":1,"b":2}'],
    [{ $object: { $object: 1 } }, '{"$object":{"$object":{"$object":{"$object":1}}}}'],
    ["\u2028é\n", '"\u2028é\\n"'],
    [1e21, "1e+21"],
  ])("%o is %s", (data, text) => {
    expect(toCanonicalJson(data)).toBe(text);
    const kept = data !== null && typeof data === "object" && "a" in data && data.a === undefined ? {} : data;
    expect(fromCanonicalJson(text)).toEqual(kept);
  });

  test("gives every value back, bit for bit", () => {
    fc.assert(
      fc.property(value, (data) => {
        const text = toCanonicalJson(data);
        const back = fromCanonicalJson(text);
        expect(toCanonicalJson(back)).toBe(text);
        expect(back).toEqual(data);
      }),
    );
  });

  test("does not depend on the order in which keys were added", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (data) => {
        const reversed = Object.fromEntries(Object.entries(data).reverse());
        expect(toCanonicalJson(reversed)).toBe(toCanonicalJson(data));
      }),
    );
  });

  test("a stored __proto__ is a property and changes no prototype", () => {
    const back = fromCanonicalJson('{"__proto__":{"x":{"$bigint":"1"}}}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.keys(back)).toEqual(["__proto__"]);
  });

  test.each([
    ["\ud800", "lone surrogate"],
    [{ a: { b: [() => 1] } }, "value.a.b[0]"],
    [new Date(0), "Date"],
    [[undefined], "undefined"],
    [Symbol("x"), "symbol"],
  ])("refuses what cannot be stored", (data, problem) => {
    expect(() => toCanonicalJson(data as StructuredValue)).toThrow(problem);
  });

  test("refuses a value that contains itself", () => {
    const loop: Record<string, StructuredValue> = {};
    loop.self = loop;
    expect(() => toCanonicalJson(loop)).toThrow("contains itself");
  });

  test("reports a value that is nested without end as corrupt", () => {
    const text = `${'["$",'.repeat(20_000)}1${"]".repeat(20_000)}`;
    expect(() => fromCanonicalJson(text)).toThrow(expect.objectContaining({ code: "CORRUPT" }));
  });

  test.each(["{", '{"$bigint":"x"}', '{"$bytes":"*"}', '{"$number":"1"}', '{"$later":1}', '{"$object":1}'])(
    "reports %s as corrupt",
    (text) => {
      expect(() => fromCanonicalJson(text)).toThrow(expect.objectContaining({ code: "CORRUPT" }));
    },
  );
});
