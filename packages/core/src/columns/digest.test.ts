import fc from "fast-check";
import { expect, test } from "vitest";
import { batchFromColumns, columnFrom } from "./build.js";
import { dictionaryOf } from "./dictionary.js";
import { createDatasetHasher, datasetDigest } from "./digest.js";
import { sliceBatch } from "./rows.js";
import { arbitraryBatch } from "./testdata/arbitrary-batch.js";

test("the digest does not depend on how rows are divided into batches", () => {
  fc.assert(
    fc.property(arbitraryBatch, fc.array(fc.nat(), { maxLength: 3 }), (batch, cuts) => {
      const ends = [...cuts.map((cut) => cut % (batch.rows + 1)), 0, batch.rows].sort((a, b) => a - b);
      const parts = ends.slice(1).map((end, index) => sliceBatch(batch, ends[index]!, end));
      expect(datasetDigest(parts)).toBe(datasetDigest(batch));
    }),
    { numRuns: 50 },
  );
});

test("nor on the order of columns, dictionaries, what lies under a null, or the bits of a NaN", () => {
  const text = columnFrom("string", ["a", null, "a"]);
  const x = {
    type: "float64",
    values: Float64Array.of(1, Number.NaN, 3),
    validity: Uint8Array.of(0b011),
  } as const;
  const other = Float64Array.of(1, 0, 99);
  new BigUint64Array(other.buffer)[1] = 0xfff0000000000123n;
  const digest = datasetDigest(batchFromColumns({ text, x }));
  expect(datasetDigest(batchFromColumns({ x: { ...x, values: other }, text: dictionaryOf(text) }))).toBe(
    digest,
  );
  const covered = {
    type: "string",
    offsets: Int32Array.of(0, 1, 3, 4),
    data: new TextEncoder().encode("a??a"),
    validity: text.validity,
  } as const;
  expect(datasetDigest(batchFromColumns({ text: covered, x }))).toBe(digest);
});

test("nor does it change the batch", () => {
  const values = Buffer.from([1, 1]);
  datasetDigest({ rows: 2, columns: { x: { type: "bool", values, validity: Uint8Array.of(0b01) } } });
  expect([...values]).toEqual([1, 1]);
});

test("it depends on names, types, values, their order, nulls and the sign of zero", () => {
  const variants = [
    batchFromColumns({ x: Float64Array.of(1, 0) }),
    batchFromColumns({ y: Float64Array.of(1, 0) }),
    batchFromColumns({ x: Float32Array.of(1, 0) }),
    batchFromColumns({ x: Float64Array.of(0, 1) }),
    batchFromColumns({ x: Float64Array.of(1, -0) }),
    batchFromColumns({ x: Float64Array.of(1) }),
    batchFromColumns({ x: Float64Array.of(1, 0, 0) }),
    batchFromColumns({ x: columnFrom("float64", [1, null]) }),
    batchFromColumns({ x: columnFrom("string", ["ab", "c"]) }),
    batchFromColumns({ x: columnFrom("string", ["a", "bc"]) }),
    batchFromColumns({ x: columnFrom("bytes", [Uint8Array.of(97, 98), Uint8Array.of(99)]) }),
  ];
  expect(new Set(variants.map((batch) => datasetDigest(batch))).size).toBe(variants.length);
});

test("it is the same in every release", () => {
  const batch = batchFromColumns({
    income: columnFrom("float64", [5200.5, null, Number.NaN]),
    region: columnFrom("string", ["north", "südwest", null]),
  });
  expect(datasetDigest(batch)).toBe(
    "sha256:99e45004ae0107497358b3dfde069df17673877c278544643449429b738eb95f",
  );
});

test("batches with other columns are refused", () => {
  const hasher = createDatasetHasher();
  hasher.update(batchFromColumns({ x: Float64Array.of(1) }));
  const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" });
  expect(() => hasher.update(batchFromColumns({ y: Float64Array.of(1) }))).toThrow(invalid);
  expect(() => hasher.update(batchFromColumns({ x: Float32Array.of(1) }))).toThrow(invalid);
  expect(() => hasher.update(batchFromColumns({}))).toThrow(invalid);
});
