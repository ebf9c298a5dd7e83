import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MillwrightError } from "../errors/millwright-error.js";
import { batchFrom, batchFromColumns, columnFrom } from "./build.js";
import { dictionaryOf, stringsOf } from "./dictionary.js";
import { arbitraryRows, everyColumn } from "./testdata/arbitrary-batch.js";
import { isNull, nullCount, rowsOf, valueAt, valuesOf } from "./values.js";

const pathOf = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    if (MillwrightError.is(error, "INVALID_ARGUMENT")) return error.details.path;
    throw error;
  }
  return "no error";
};

test("rows come back as they went in", () => {
  fc.assert(
    fc.property(arbitraryRows, (rows) => {
      expect([...rowsOf(batchFrom(everyColumn, rows))]).toEqual(rows);
    }),
    { numRuns: 50 },
  );
});

test("a typed array is taken without a copy", () => {
  const loss = Float64Array.of(0.5, Number.NaN);
  expect(columnFrom("float64", loss).values).toBe(loss);
  expect(batchFromColumns({ loss }).columns.loss).toEqual({ type: "float64", values: loss });
});

test("null and undefined become null, and only they do", () => {
  const column = columnFrom("float64", [1, null, undefined, Number.NaN]);
  expect(valuesOf(column)).toEqual([1, null, null, Number.NaN]);
  expect(nullCount(column)).toBe(2);
  expect([0, 1, 2, 3].map((row) => isNull(column, row))).toEqual([false, true, true, false]);
  expect(columnFrom("float64", [1]).validity).toBeUndefined();
});

test("times are microseconds, dates or ISO strings", () => {
  const column = columnFrom("timestamp", [1, new Date(2), "1970-01-01T00:00:00.000003Z"]);
  expect([...column.values]).toEqual([1, 2000, 3]);
});

describe("a value that the type does not hold is refused with its path", () => {
  test.each([
    ["int8", 128],
    ["uint8", -1],
    ["int32", 0.5],
    ["int64", 2n ** 63n],
    ["int64", 2 ** 53],
    ["uint64", -1n],
    ["float32", 1e300],
    ["float64", "1"],
    ["bool", 1],
    ["string", "\ud800"],
    ["string", 7],
    ["bytes", "text"],
    ["timestamp", "2026-01-31"],
    ["timestamp", 0.5],
  ] as const)("%s: %s", (type, value) => {
    expect(pathOf(() => columnFrom(type, [null, value] as never))).toBe("values[1]");
  });
});

test("a null in a column that is not nullable is refused with row and name", () => {
  const specs = [{ name: "income", type: "float64", nullable: false }] as const;
  expect(pathOf(() => batchFrom(specs, [{ income: 1 }, {}]))).toBe("rows[1].income");
});

test("columns of different lengths are refused", () => {
  expect(pathOf(() => batchFromColumns({ a: Float64Array.of(1), b: Float64Array.of(1, 2) }))).toBe(
    "batch.columns.b",
  );
  expect(pathOf(() => batchFromColumns({ a: { type: "bool", values: Uint8Array.of(2) } }))).toBe(
    "batch.columns.a",
  );
});

test("a row that is not there is refused", () => {
  const column = columnFrom("int32", [1]);
  expect(pathOf(() => valueAt(column, 1))).toBe("row");
  expect(pathOf(() => valueAt(column, -1))).toBe("row");
});

test("strings become a dictionary and strings again", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.constantFrom("a", "ä", "🙂", ""))), (texts) => {
      const column = columnFrom("string", texts);
      const dictionary = dictionaryOf(column);
      expect(valuesOf(dictionary)).toEqual(texts);
      expect(new Set(dictionary.dictionary).size).toBe(dictionary.dictionary.length);
      expect(valuesOf(stringsOf(dictionary))).toEqual(texts);
    }),
  );
});
