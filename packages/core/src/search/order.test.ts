import fc from "fast-check";
import { expect, test } from "vitest";
import type { SearchDocument, SearchValue } from "./document.js";
import type { SearchOrder } from "./expression.js";
import { compareDocuments } from "./order.js";
import { arbitraryDocument } from "./test-support/arbitrary-expression.js";

const key = (entity: string, name: string, descending = false): SearchOrder => ({
  field: { entity, key: name },
  descending,
});

function sorted(values: Readonly<Record<string, SearchValue | undefined>>, descending: boolean): string {
  const documents = Object.entries(values).map(([id, value]) => ({
    id,
    entities: value === undefined ? {} : { metric: { x: value } },
  }));
  const order = [key("metric", "x", descending)];
  return documents
    .sort((left, right) => compareDocuments(left, right, order))
    .map(({ id }) => id)
    .join(" ");
}

test("values first in both directions, then NaN, then absent", () => {
  const values = {
    absent: undefined,
    nan: Number.NaN,
    one: 1,
    minus: -1,
    infinite: Number.POSITIVE_INFINITY,
  };
  expect(sorted(values, false)).toBe("minus one infinite nan absent");
  expect(sorted(values, true)).toBe("infinite one minus nan absent");
});

test("numbers by value, also with bigints; texts by code point; numbers before texts", () => {
  expect(sorted({ a: 9007199254740993n, b: 9007199254740992, c: 2.5, d: 2n }, false)).toBe("d c b a");
  expect(sorted({ ten: "10", nine: "9", smile: "😀", last: "\uffff" }, false)).toBe("ten nine last smile");
  expect(sorted({ text: "1", number: 7, flag: true }, false)).toBe("number text flag");
  expect(sorted({ text: "1", number: 7, flag: true }, true)).toBe("flag text number");
});

test("equal values are ordered by the next key, at last by identifier, which is ascending", () => {
  const document = (id: string, x: number, y?: number): SearchDocument => ({
    id,
    entities: { metric: y === undefined ? { x } : { x, y } },
  });
  const documents = [document("c", 1), document("b", -0, 2), document("d", 0, 3), document("a", 1)];
  const order = [key("metric", "x", true), key("metric", "y", true)];
  const ids = documents.sort((left, right) => compareDocuments(left, right, order)).map(({ id }) => id);
  expect(ids).toEqual(["a", "c", "d", "b"]);
});

test("it is a total order for any documents", () => {
  const order = [key("metric", "auc", true), key("param", "depth")];
  const sign = (left: SearchDocument, right: SearchDocument) =>
    Math.sign(compareDocuments(left, right, order));
  const property = fc.property(arbitraryDocument, arbitraryDocument, arbitraryDocument, (a, b, c) => {
    expect(sign(a, a)).toBe(0);
    expect(sign(a, b) + sign(b, a)).toBe(0);
    if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
  });
  fc.assert(property, { numRuns: 3000 });
});
