import fc from "fast-check";
import { expect, test } from "vitest";
import { MillwrightError } from "../errors/millwright-error.js";
import { checkSearchExpression } from "./check.js";
import type { SearchExpression, SearchLiteral } from "./expression.js";
import { parseOrder } from "./parse/parse-order.js";
import { parseSearch } from "./parse/parse-search.js";
import { arbitraryExpression, vocabulary } from "./test-support/arbitrary-expression.js";
import { orderToTexts, toText } from "./to-text.js";

test("what is printed is read back as the same tree", () => {
  const property = fc.property(arbitraryExpression, (expression) => {
    expect(parseSearch(toText(expression), vocabulary)).toEqual(expression);
  });
  fc.assert(property, { numRuns: 2000 });
});

test("what was read is printed and read back the same, and is a tree that passes the check", () => {
  const conditions = [
    "metrics.auc > 1",
    "param.`a b` IN ('a', 2)",
    "status NOT LIKE 'x'",
    "created BETWEEN 1 AND inf",
  ];
  const more = ["tag.a IS NULL", "params.x is not null", "params.a/b = E'\\''", "param.x = True"];
  const joints = ["AND", "and", "OR", "Not", "(", ")", "AND NOT"];
  let accepted = 0;
  const property = fc.property(
    fc.array(fc.constantFrom(...conditions, ...more, ...joints), { maxLength: 7 }),
    (tokens) => {
      const tree = parsed(tokens.join(" "));
      if (tree === undefined) return;
      accepted++;
      expect(parseSearch(toText(tree), vocabulary)).toEqual(tree);
      expect(checkSearchExpression(tree, "filter")).toEqual(tree);
    },
  );
  fc.assert(property, { numRuns: 5000, seed: 1 });
  expect(accepted).toBeGreaterThan(500);
});

test("any text is read, or refused as an argument, and never fails otherwise", () => {
  const pieces = [
    "metrics.",
    "param.",
    "'",
    '"',
    "`",
    "E'",
    "\\",
    "(",
    ")",
    " AND ",
    " in ",
    "1",
    ".",
    "e",
    "-",
    ",",
  ];
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 15 })
      .map((all) => all.join("")),
  );
  const property = fc.property(text, fc.constantFrom("full", "mlflow"), (filter, dialect) => {
    for (const read of [
      () => parseSearch(filter, vocabulary, { dialect }),
      () => parseOrder([filter], vocabulary, { dialect }),
    ]) {
      try {
        read();
      } catch (error) {
        expect(MillwrightError.is(error, "INVALID_ARGUMENT")).toBe(true);
        const { position } = (error as MillwrightError).details;
        expect(position).toBeGreaterThanOrEqual(1);
        expect(position).toBeLessThanOrEqual([...filter].length + 1);
      }
    }
  });
  fc.assert(property, { numRuns: 5000 });
});

test.each<[SearchLiteral, string]>([
  ["x", "'x'"],
  ["it's", `"it's"`],
  [`it's "x"`, `E'it\\'s "x"'`],
  ["back\\", "E'back\\\\'"],
  ["back\\slash", "'back\\slash'"],
  [0.5, "0.5"],
  [1e21, "1e21"],
  [2 ** 53, "9.007199254740992e15"],
  [9007199254740993n, "9007199254740993"],
  [Number.NEGATIVE_INFINITY, "-Infinity"],
  [true, "true"],
])("the value %o is printed as %s", (value, text) => {
  const expression: SearchExpression = {
    kind: "compare",
    field: { entity: "param", key: "a" },
    operator: "=",
    value,
  };
  expect(toText(expression)).toBe(`param.a = ${text}`);
  expect(parseSearch(toText(expression), vocabulary)).toEqual(expression);
});

test("parentheses stand only where the tree needs them", () => {
  const text =
    "metric.a > 1 AND metric.b > 1 OR NOT (metric.c > 1 OR metric.d > 1) OR (metric.e > 1 OR metric.f > 1) AND NOT metric.g > 1";
  expect(toText(parseSearch(text, vocabulary))).toBe(text);
});

test("an order is printed and read back", () => {
  const order = parseOrder(["metrics.auc DESC", "params.`a b` asc, created"], vocabulary);
  expect(orderToTexts(order)).toEqual(["metric.auc DESC", "param.`a b`", "attribute.start_time"]);
  expect(parseOrder(orderToTexts(order), vocabulary)).toEqual(order);
});

function parsed(text: string): SearchExpression | undefined {
  try {
    return parseSearch(text, vocabulary);
  } catch {
    return undefined;
  }
}
