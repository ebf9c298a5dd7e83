import fc from "fast-check";
import { expect, test } from "vitest";
import { batchFrom, batchFromColumns, columnFrom } from "./build.js";
import { concatBatches } from "./concat.js";
import { dictionaryOf } from "./dictionary.js";
import { filterRows, selectColumns, sliceBatch, takeRows } from "./rows.js";
import { arbitraryBatch, arbitraryRows, everyColumn } from "./testdata/arbitrary-batch.js";
import { rowsOf, valuesOf } from "./values.js";

test("a slice has the rows between, wherever the bits of the nulls begin", () => {
  fc.assert(
    fc.property(arbitraryRows, fc.nat(), fc.nat(), (rows, a, b) => {
      const start = a % (rows.length + 1);
      const end = start + (b % (rows.length + 1 - start));
      const outer = sliceBatch(batchFrom(everyColumn, rows), start, end);
      expect([...rowsOf(outer)]).toEqual(rows.slice(start, end));
      const middle = Math.floor(outer.rows / 2);
      expect([...rowsOf(sliceBatch(outer, middle))]).toEqual(rows.slice(start, end).slice(middle));
    }),
    { numRuns: 50 },
  );
});

test("a mask keeps its rows, and indexes give theirs", () => {
  fc.assert(
    fc.property(arbitraryRows, fc.infiniteStream(fc.nat()), (rows, numbers) => {
      const batch = batchFrom(everyColumn, rows);
      const mask = Uint8Array.from(rows, () => Number(numbers.next().value) % 2);
      expect([...rowsOf(filterRows(batch, mask))]).toEqual(rows.filter((_, row) => mask[row] === 1));
      if (rows.length === 0) return;
      const indexes = Int32Array.from({ length: 7 }, () => Number(numbers.next().value) % rows.length);
      expect([...rowsOf(takeRows(batch, indexes))]).toEqual([...indexes].map((row) => rows[row]));
    }),
    { numRuns: 50 },
  );
});

test("pieces put together are the whole", () => {
  fc.assert(
    fc.property(fc.array(arbitraryRows, { minLength: 1, maxLength: 4 }), (pieces) => {
      const whole = concatBatches(pieces.map((rows) => batchFrom(everyColumn, rows)));
      expect([...rowsOf(whole)]).toEqual(pieces.flat());
    }),
    { numRuns: 30 },
  );
});

test("dictionaries are unified, and beside strings become strings", () => {
  const first = batchFromColumns({ region: columnFrom("dictionary", ["n", "s", null]) });
  const second = batchFromColumns({ region: columnFrom("dictionary", ["s", "w"]) });
  const both = concatBatches([first, second]).columns.region!;
  expect(both).toMatchObject({ type: "dictionary", dictionary: ["n", "s", "w"] });
  expect(valuesOf(both)).toEqual(["n", "s", null, "s", "w"]);
  const mixed = concatBatches([first, batchFromColumns({ region: columnFrom("string", ["x"]) })]).columns
    .region!;
  expect(mixed.type).toBe("string");
  expect(valuesOf(mixed)).toEqual(["n", "s", null, "x"]);
});

test("batches that differ in columns are not put together", () => {
  const a = batchFromColumns({ a: Float64Array.of(1) });
  const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" });
  expect(() => concatBatches([a, batchFromColumns({ b: Float64Array.of(1) })])).toThrow(invalid);
  expect(() => concatBatches([a, batchFromColumns({ a: Float32Array.of(1) })])).toThrow(invalid);
  expect(() =>
    concatBatches([a, batchFromColumns({ a: Float64Array.of(1), b: Float64Array.of(1) })]),
  ).toThrow(invalid);
  expect(() => concatBatches([])).toThrow(invalid);
});

test("columns are chosen by name, in the order of the names", () => {
  fc.assert(
    fc.property(arbitraryBatch, (batch) => {
      const names = ["string or null", "float64"];
      expect(Object.keys(selectColumns(batch, names).columns)).toEqual(names);
    }),
    { numRuns: 5 },
  );
  expect(() => selectColumns(batchFromColumns({}), ["toString"])).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
});

test("ranges, masks and indexes outside of the batch are refused", () => {
  const batch = batchFromColumns({
    a: Float64Array.of(1, 2),
    d: dictionaryOf(columnFrom("string", ["x", "y"])),
  });
  const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" });
  expect(() => sliceBatch(batch, 1, 3)).toThrow(invalid);
  expect(() => sliceBatch(batch, -1)).toThrow(invalid);
  expect(() => filterRows(batch, Uint8Array.of(1))).toThrow(invalid);
  expect(() => takeRows(batch, Int32Array.of(2))).toThrow(invalid);
});
