import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SearchDocument, SearchFieldValue, SearchValue } from "./document.js";
import { compileSearch, compileTruth, matches } from "./evaluate.js";
import type { SearchExpression } from "./expression.js";
import { parseSearch } from "./parse/parse-search.js";
import type { Truth } from "./predicate.js";
import { arbitraryDocument, arbitraryExpression, vocabulary } from "./test-support/arbitrary-expression.js";

function truthOf(filter: string, value: SearchFieldValue | undefined): Truth {
  const document = { id: "d", entities: value === undefined ? {} : { param: { x: value } } };
  return compileTruth(parseSearch(filter, vocabulary)!)(document);
}

describe("one comparison", () => {
  test.each<[string, SearchValue | undefined, Truth]>([
    // text with text
    ["param.x = 'a'", "a", true],
    ["param.x = 'A'", "a", false],
    ["param.x != 'b'", "a", true],
    ["param.x < '9'", "10", true],
    ["param.x < '\uffff'", "😀", false],
    ["param.x = '3'", "3.0", false],
    // numbers in the filter
    ["param.x = 3", 3, true],
    ["param.x = 3", "3", true],
    ["param.x = 3", "3.0", true],
    ["param.x < 10", "9", true],
    ["param.x = 0.001", "1e-3", true],
    ["param.x = 3", " 3", undefined],
    ["param.x = 3", "three", undefined],
    ["param.x != 3", "three", undefined],
    ["param.x > 3", "Infinity", undefined],
    ["param.x > 3", "nan", undefined],
    ["param.x > 3", "", undefined],
    ["param.x > 3", "1e999", undefined],
    ["param.x > 3", true, undefined],
    // numbers in the document
    ["param.x = '3'", 3, true],
    ["param.x = '3.0'", 3, true],
    ["param.x < '10'", 9, true],
    ["param.x = 'three'", 3, false],
    ["param.x != 'three'", 3, true],
    ["param.x < 'three'", 3, undefined],
    // exact, whatever the kind
    ["param.x = 9007199254740993", 9007199254740992, false],
    ["param.x > 9007199254740992", 9007199254740993n, true],
    ["param.x = 9007199254740993", "9007199254740993", true],
    ["param.x = 9007199254740993", "9007199254740992", false],
    ["param.x < 0.5", 0n, true],
    ["param.x = 0", -0, true],
    ["param.x > 1e300", Number.POSITIVE_INFINITY, true],
    ["param.x = Infinity", Number.POSITIVE_INFINITY, true],
    // NaN
    ["param.x = 1", Number.NaN, undefined],
    ["param.x != 1", Number.NaN, undefined],
    ["param.x != 'a'", Number.NaN, undefined],
    ["param.x LIKE '%'", Number.NaN, undefined],
    ["param.x IN (1)", Number.NaN, undefined],
    ["param.x IS NULL", Number.NaN, false],
    // booleans
    ["param.x = true", true, true],
    ["param.x = 'true'", true, true],
    ["param.x = true", "true", true],
    ["param.x != true", false, true],
    ["param.x = true", 1, false],
    // patterns
    ["param.x LIKE 'a%'", "abc", true],
    ["param.x LIKE 'A%'", "abc", false],
    ["param.x ILIKE 'A%'", "abc", true],
    ["param.x NOT LIKE 'a%'", "abc", false],
    ["param.x LIKE '1_'", 12, true],
    // lists and ranges
    ["param.x IN ('a', 3)", "a", true],
    ["param.x IN ('a', 3)", 3n, true],
    ["param.x IN ('a', 3)", "b", undefined],
    ["param.x IN ('a', 'c')", "b", false],
    ["param.x NOT IN ('a', 'c')", "b", true],
    ["param.x NOT IN ('a', 3)", "b", undefined],
    ["param.x IN ()", "a", false],
    ["param.x BETWEEN 1 AND 3", 3, true],
    ["param.x BETWEEN 1 AND 3", "2.5", true],
    ["param.x NOT BETWEEN 1 AND 3", 4, true],
    ["param.x BETWEEN 'a' AND 'c'", "b", true],
    ["param.x BETWEEN 1 AND 3", "b", undefined],
    // what is absent
    ["param.x = 'a'", undefined, undefined],
    ["param.x != 'a'", undefined, undefined],
    ["NOT param.x = 'a'", undefined, undefined],
    ["param.x IN ()", undefined, undefined],
    ["param.x IS NULL", undefined, true],
    ["param.x IS NOT NULL", undefined, false],
  ])("%s of %o is %s", (filter, value, expected) => {
    expect(truthOf(filter, value)).toBe(expected);
  });
});

describe("a condition on several values", () => {
  test.each<[string, SearchFieldValue, Truth]>([
    // is true of one, as in MLflow, also where it says that something differs
    ["param.x = 'a'", ["a", "b"], true],
    ["param.x = 'c'", ["a", "b"], false],
    ["param.x != 'a'", ["a", "b"], true],
    ["param.x != 'a'", ["a", "a"], false],
    ["param.x NOT IN ('a')", ["a", "b"], true],
    ["param.x NOT IN ('a', 'b')", ["a", "b"], false],
    ["param.x LIKE 'b%'", ["a", "bc"], true],
    // one value is in the range, or out of it
    ["param.x BETWEEN 2 AND 3", [1, 4], false],
    ["param.x NOT BETWEEN 2 AND 3", [1, 2], true],
    // NOT says it of all
    ["NOT param.x = 'a'", ["a", "b"], false],
    ["NOT param.x = 'c'", ["a", "b"], true],
    ["NOT param.x != 'a'", ["a", "a"], true],
    ["param.x NOT LIKE 'b%'", ["a", "bc"], false],
    // different values may be meant
    ["param.x = 'a' AND param.x = 'b'", ["a", "b"], true],
    // what is unknown of one is made up for by another
    ["param.x = 3", ["three", 3], true],
    ["param.x = 3", ["three", 4], undefined],
    ["NOT param.x = 3", ["three", 4], undefined],
    ["param.x = 3", [Number.NaN], undefined],
    // none is absent
    ["param.x IS NULL", [], true],
    ["param.x IS NULL", ["a"], false],
    ["param.x != 'a'", [], undefined],
  ])("%s of %j is %s", (filter, value, expected) => {
    expect(truthOf(filter, value)).toBe(expected);
  });
});

test("only what is true matches, and no filter matches all", () => {
  const document: SearchDocument = { id: "d", entities: { metric: { auc: 0.93 } } };
  expect(matches(parseSearch("metrics.auc > 0.9", vocabulary), document)).toBe(true);
  expect(matches(parseSearch("metrics.loss > 0.9", vocabulary), document)).toBe(false);
  expect(matches(parseSearch("NOT metrics.loss > 0.9", vocabulary), document)).toBe(false);
  expect(matches(undefined, document)).toBe(true);
});

test("names that objects inherit are absent", () => {
  const field = { entity: "constructor", key: "name" };
  expect(matches({ kind: "absent", field, negated: false }, { id: "d", entities: {} })).toBe(true);
  const inherited = { entity: "param", key: "toString" };
  expect(
    matches({ kind: "absent", field: inherited, negated: false }, { id: "d", entities: { param: {} } }),
  ).toBe(true);
});

test("a condition on several values is the disjunction of what it says of each", () => {
  const law = fc.property(arbitraryExpression, arbitraryDocument, (condition, document) => {
    const name = document.entities.dataset?.name;
    if (!("field" in condition) || condition.field.entity !== "dataset" || condition.kind === "absent")
      return;
    if (!Array.isArray(name) || name.length === 0) return;
    const evaluate = compileTruth(condition);
    const each = name.map((value: SearchValue) =>
      evaluate({ id: document.id, entities: { dataset: { name: value } } }),
    );
    const expected = each.includes(true) ? true : each.includes(undefined) ? undefined : false;
    expect(evaluate(document)).toBe(expected);
  });
  fc.assert(law, { numRuns: 5_000 });
});

describe("laws of three values, on random filters and documents", () => {
  const holds = (law: (a: SearchExpression, b: SearchExpression, document: SearchDocument) => void) =>
    fc.assert(fc.property(arbitraryExpression, arbitraryExpression, arbitraryDocument, law), {
      numRuns: 1000,
    });
  const truth = (expression: SearchExpression, document: SearchDocument) =>
    compileTruth(expression)(document);
  /** Some laws hold of one value only: "one of them is not 3" is not "none of them is 3". */
  const ofSeveral = (expression: SearchExpression) =>
    "field" in expression && expression.field.entity === "dataset";
  const not = (operand: SearchExpression): SearchExpression => ({ kind: "not", operand });
  const join = (kind: "and" | "or", ...operands: SearchExpression[]): SearchExpression => ({
    kind,
    operands,
  });

  test("De Morgan", () => {
    holds((a, b, document) => {
      expect(truth(not(join("and", a, b)), document)).toBe(truth(join("or", not(a), not(b)), document));
      expect(truth(not(join("or", a, b)), document)).toBe(truth(join("and", not(a), not(b)), document));
    });
  });

  test("double negation, and order does not matter", () => {
    holds((a, b, document) => {
      expect(truth(not(not(a)), document)).toBe(truth(a, document));
      expect(truth(join("and", a, b), document)).toBe(truth(join("and", b, a), document));
      expect(truth(join("or", a, b), document)).toBe(truth(join("or", b, a), document));
    });
  });

  test("a document never matches both a filter and its negation", () => {
    holds((a, _b, document) => {
      expect(compileSearch(a)(document) && compileSearch(not(a))(document)).toBe(false);
    });
  });

  test("what is negated in a condition is negated outside of it; lists and ranges are what they stand for", () => {
    holds((a, _b, document) => {
      if (ofSeveral(a)) return;
      if (a.kind === "in" || a.kind === "between" || a.kind === "absent") {
        expect(truth({ ...a, negated: !a.negated }, document)).toBe(truth(not(a), document));
      }
      if (a.kind === "in" && a.values.length > 0) {
        const { field, values, negated } = a;
        const equals = values.map((value) => ({ kind: "compare", field, operator: "=", value }) as const);
        const either = join("or", ...equals);
        expect(truth(a, document)).toBe(truth(negated ? not(either) : either, document));
      }
      if (a.kind === "between") {
        const { field, low, high, negated } = a;
        const above = { kind: "compare", field, operator: ">=", value: low } as const;
        const both = join("and", above, { kind: "compare", field, operator: "<=", value: high });
        expect(truth(a, document)).toBe(truth(negated ? not(both) : both, document));
      }
    });
  });

  test("!= is the negation of =, <= of >, and >= of <", () => {
    const opposite = { "=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">" } as const;
    holds((a, _b, document) => {
      if (ofSeveral(a) || a.kind !== "compare" || a.operator === "like" || a.operator === "ilike") return;
      expect(truth({ ...a, operator: opposite[a.operator] }, document)).toBe(truth(not(a), document));
    });
  });
});
