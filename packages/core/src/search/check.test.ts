import fc from "fast-check";
import { expect, test } from "vitest";
import { checkSearchExpression } from "./check.js";
import { parseSearch } from "./parse/parse-search.js";
import { arbitraryExpression, vocabulary } from "./test-support/arbitrary-expression.js";
import { toText } from "./to-text.js";

const field = { entity: "metric", key: "auc" };
const leaf = { kind: "compare", field, operator: ">", value: 1 } as const;

test("a tree passes unchanged", () => {
  const property = fc.property(arbitraryExpression, (tree) => {
    expect(checkSearchExpression(tree, "filter")).toEqual(tree);
  });
  fc.assert(property);
});

test("it is put into the form of the parser, without what does not belong", () => {
  const tree = { kind: "and", operands: [{ ...leaf, value: -0, extra: 1 }] };
  expect(checkSearchExpression(tree, "filter")).toEqual({ ...leaf, value: 0 });
});

test.each<[unknown, string]>([
  [null, "filter"],
  ["metrics.auc > 1", "filter"],
  [[], "filter.kind"],
  [{ kind: "xor", operands: [leaf] }, "filter.kind"],
  [{ kind: "and", operands: [] }, "filter.operands"],
  [{ kind: "and", operands: { length: 1 } }, "filter.operands"],
  [{ kind: "or", operands: [leaf, { kind: "not" }] }, "filter.operands[1].operand"],
  [{ ...leaf, operator: "~" }, "filter.operator"],
  [{ ...leaf, value: Number.NaN }, "filter.value"],
  [{ ...leaf, value: null }, "filter.value"],
  [{ ...leaf, value: true }, "filter.value"],
  [{ ...leaf, operator: "like" }, "filter.value"],
  [{ ...leaf, field: { entity: "metric" } }, "filter.field"],
  [{ kind: "in", field, values: "a", negated: false }, "filter.values"],
  [{ kind: "in", field, values: Array(1), negated: false }, "filter.values"],
  [{ kind: "in", field, values: [1] }, "filter.negated"],
  [{ kind: "between", field, low: 1, high: "b", negated: false }, "filter"],
  [{ kind: "absent", field: null, negated: false }, "filter.field"],
])("%o is refused at %s", (value, path) => {
  const refused = expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path } });
  expect(() => checkSearchExpression(value, "filter")).toThrow(refused);
});

test("it is as deep as a text may be: what passes can be printed and read, what is deeper is refused", () => {
  for (const around of [
    (tree: unknown) => ({ kind: "not", operand: tree }),
    (tree: unknown) => ({ kind: "and", operands: [leaf, tree] }),
    (tree: unknown) => ({ kind: "or", operands: [leaf, { kind: "and", operands: [leaf, tree] }] }),
    (tree: unknown) => ({ kind: "and", operands: [leaf, { kind: "not", operand: tree }] }),
  ]) {
    let tree: unknown = leaf;
    let refused = false;
    for (let depth = 0; depth < 110 && !refused; depth++) {
      tree = around(tree);
      try {
        const checked = checkSearchExpression(tree, "filter");
        expect(parseSearch(toText(checked), vocabulary)).toEqual(checked);
      } catch (error) {
        expect(error).toMatchObject({
          code: "INVALID_ARGUMENT",
          message: expect.stringContaining("deeper than 100"),
        });
        refused = true;
      }
    }
    expect(refused).toBe(true);
  }
  let endless: unknown = leaf;
  for (let depth = 0; depth < 100_000; depth++) endless = { kind: "not", operand: endless };
  expect(() => checkSearchExpression(endless, "filter")).toThrow("deeper than 100");
});
