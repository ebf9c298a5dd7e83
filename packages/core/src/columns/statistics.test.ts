import fc from "fast-check";
import { expect, test } from "vitest";
import { compareBytes } from "../identity/bytes.js";
import { columnFrom } from "./build.js";
import { dictionaryOf } from "./dictionary.js";
import { columnStatistics } from "./statistics.js";
import { compareText } from "./text.js";

test("smallest and largest number, without nulls and NaN", () => {
  expect(columnStatistics(columnFrom("float64", [Number.NaN, null, 3, -1, Number.NaN]))).toEqual({
    nulls: 1,
    minimum: -1,
    maximum: 3,
  });
  expect(columnStatistics(columnFrom("int64", [5n, null, -(2n ** 63n)]))).toEqual({
    nulls: 1,
    minimum: -(2n ** 63n),
    maximum: 5n,
  });
  expect(columnStatistics(columnFrom("bool", [true, true]))).toEqual({ nulls: 0, minimum: 1, maximum: 1 });
  expect(columnStatistics(columnFrom("float64", [Number.NEGATIVE_INFINITY, 0]))).toMatchObject({
    minimum: Number.NEGATIVE_INFINITY,
  });
});

test("a column without values has neither", () => {
  for (const type of ["float64", "int64", "string", "dictionary", "bytes"] as const) {
    expect(columnStatistics(columnFrom(type, [null, null]))).toEqual({ nulls: 2 });
    expect(columnStatistics(columnFrom(type, []))).toEqual({ nulls: 0 });
  }
  expect(columnStatistics(columnFrom("float64", [Number.NaN]))).toEqual({ nulls: 0 });
});

test("strings are ordered by code point, plain and in a dictionary", () => {
  const encoder = new TextEncoder();
  const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed());
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(
        Math.sign(compareBytes(encoder.encode(a), encoder.encode(b))),
      );
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.array(fc.option(text), { minLength: 1 }), (texts) => {
      const sorted = texts.filter((value) => value !== null).sort(compareText);
      const expected = {
        nulls: texts.length - sorted.length,
        ...(sorted.length > 0 ? { minimum: sorted[0], maximum: sorted.at(-1) } : {}),
      };
      const column = columnFrom("string", texts);
      expect(columnStatistics(column)).toEqual(expected);
      expect(columnStatistics(dictionaryOf(column))).toEqual(expected);
    }),
  );
});
