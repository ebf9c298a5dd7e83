import { describe, expect, expectTypeOf, test } from "vitest";
import { and, fieldOf, not, or, searchBuilder } from "./builder.js";
import type { SearchExpression } from "./expression.js";
import { parseSearch } from "./parse/parse-search.js";
import { vocabulary } from "./test-support/arbitrary-expression.js";

const { metric, param, attribute, dataset } = searchBuilder(vocabulary);

test("it makes the tree that the text is parsed to", () => {
  const built = and(
    attribute("status", "=", "FINISHED"),
    metric("auc", "between", 0.9, 1),
    or(param("depth", "in", [3, "4", true]), param("note", "ilike", "%deep%"), param("depth", "is null")),
    not(param("note", "=", "x")),
    metric("loss", "not in", [0, 1n]),
    param("note", "not like", "a%"),
    param("note", "not ilike", "a%"),
    attribute("start_time", ">=", 9007199254740993n),
    param("note", "not between", "a", "b"),
    metric("loss", "is not null"),
    dataset("name", "!=", "loans"),
    not(dataset("name", "in", ["loans"])),
  );
  const text = `status = 'FINISHED' AND metrics.auc BETWEEN 0.9 AND 1
    AND (params.depth IN (3, '4', true) OR params.note ILIKE '%deep%' OR params.depth IS NULL)
    AND NOT params.note = 'x' AND metrics.loss NOT IN (0, 1) AND params.note NOT LIKE 'a%'
    AND params.note NOT ILIKE 'a%' AND start_time >= 9007199254740993
    AND params.note NOT BETWEEN 'a' AND 'b' AND metrics.loss IS NOT NULL
    AND dataset.name != 'loans' AND NOT dataset.name IN ('loans')`;
  expect(built).toEqual(parseSearch(text, vocabulary));
});

test("filters that are left out are left out of and()", () => {
  const [a, b] = [metric("a", ">", 1), metric("b", ">", 1)] as const;
  expect(and(undefined, a, undefined)).toBe(a);
  expect(and(a, undefined, b)).toEqual({ kind: "and", operands: [a, b] });
  expect(and(undefined)).toBeUndefined();
  expect(and()).toBeUndefined();
  expect(or(a)).toBe(a);
  expectTypeOf(and(a, b)).toEqualTypeOf<SearchExpression>();
  expectTypeOf(and(a, undefined as SearchExpression | undefined)).toEqualTypeOf<
    SearchExpression | undefined
  >();
});

test("fieldOf needs no vocabulary", () => {
  const tag = fieldOf("tag", "text");
  const field = { entity: "tag", key: "team" };
  expect(tag("team", "like", "test-%")).toEqual({
    kind: "compare",
    field,
    operator: "like",
    value: "test-%",
  });
});

test("numbers have the form that the parser gives them", () => {
  const value = (literal: number | bigint) => metric("a", "=", literal);
  expect(value(-0)).toEqual(value(0));
  expect(value(5n)).toEqual(value(5));
  expect(value(2n ** 60n)).toMatchObject({ value: 2n ** 60n });
});

describe("mistakes are found by the compiler and when called", () => {
  test.each<[string, () => unknown, string]>([
    // @ts-expect-error a text is no metric
    ["a text for a number", () => metric("a", ">", "1"), "metric.a: must be compared with a number"],
    // @ts-expect-error no patterns on numbers
    ["a pattern for a number", () => metric("a", "like", "1%"), "metric.a: is a number"],
    // @ts-expect-error not a key of the vocabulary
    ["an unknown key", () => attribute("state", "=", "x"), 'attribute: has no key "state"; there are status'],
    // @ts-expect-error start_time is a number
    ["a text for a numeric key", () => attribute("start_time", "=", "x"), "start_time: must be compared"],
    // @ts-expect-error no such operator
    ["an unknown operator", () => param("a", "~", "x"), 'param.a: "~" is no operator'],
    // @ts-expect-error the value is missing
    ["a missing value", () => param("a", "="), "param.a: must be compared with a text"],
    // @ts-expect-error null is no value
    ["null", () => param("a", "=", null), "got null"],
    // @ts-expect-error a list is needed
    ["no list", () => param("a", "in", "x"), "param.a: a list must be an array"],
    // @ts-expect-error the range has two ends
    ["half a range", () => param("a", "between", "x"), "param.a: must be compared"],
    // @ts-expect-error nothing is joined
    ["an empty or()", () => or(), "or() needs at least one"],
    ["NaN", () => metric("a", "=", Number.NaN), "NaN equals nothing"],
    ["NaN in a list", () => metric("a", "in", [1, Number.NaN]), "NaN equals nothing"],
    ["a range of two kinds", () => param("a", "between", 1, "b"), "both ends of a range"],
    ["an order of booleans", () => param("a", "<", true), "true and false have no order"],
    ["a pattern that is no text", () => param("a", "like", 1 as never), "a pattern must be a text"],
    ["a list that is too long", () => metric("a", "in", Array(10_001).fill(1)), "at most 10000 values"],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
