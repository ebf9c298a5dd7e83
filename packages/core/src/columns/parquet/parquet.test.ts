import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchFrom, batchFromColumns, columnFrom } from "../build.js";
import type { ColumnBatch } from "../column.js";
import { columnSpecsOf } from "../specs.js";
import { arbitraryRows, everyColumn } from "../testdata/arbitrary-batch.js";
import { pyarrowRows } from "../testdata/pyarrow-rows.js";
import { rowsOf } from "../values.js";
import { readParquet, readParquetBatches } from "./read.js";
import { writeParquet } from "./write.js";

const pathOf = (name: string): string => fileURLToPath(new URL(`../testdata/${name}`, import.meta.url));
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("files of pyarrow", () => {
  test.each(["snappy", "gzip", "zstd"])(
    "with %s give every type, microseconds and nulls included",
    async (codec) => {
      const batch = await readParquet(pathOf(`pyarrow-${codec}.parquet`));
      expect([...rowsOf(batch)]).toEqual(pyarrowRows);
      expect(batch.columns.required).toEqual({ type: "float64", values: Float64Array.of(1.5, 2.5, -0, 4.5) });
    },
  );

  test("give the rows of the loan book as the JSON beside it has them", async () => {
    const golden = JSON.parse(await readFile(pathOf("credit-heldout.json"), "utf8"));
    const names: string[] = golden.columns.map(({ name }: { name: string }) => name);
    const batch = await readParquet(await readFile(pathOf("credit-reference.parquet")), { columns: names });
    expect(batch.rows).toBe(1500);
    const people = (value: unknown, name: string): unknown =>
      name === "event_time" ? Date.parse(value as string) * 1000 : value;
    const expected = golden.rows.map((row: unknown[]) =>
      Object.fromEntries(names.map((name, index) => [name, people(row[index], name)])),
    );
    const found = [...rowsOf(batch)]
      .slice(0, 50)
      .map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            typeof value === "bigint" ? Number(value) : value,
          ]),
        ),
      );
    expect(found).toEqual(expected);
  });

  test("give one batch a row group, and only the columns that are wanted, in their order", async () => {
    const batches: ColumnBatch[] = [];
    for await (const batch of readParquetBatches(pathOf("pyarrow-snappy.parquet"), {
      columns: ["string", "int8"],
    }))
      batches.push(batch);
    expect(batches.map(({ rows }) => rows)).toEqual([3, 1]);
    expect(Object.keys(batches[0]!.columns)).toEqual(["string", "int8"]);
  });

  test("read only what is needed of a file that can be read in parts", async () => {
    const bytes = await readFile(pathOf("credit-reference.parquet"));
    let read = 0;
    const file = {
      byteLength: bytes.byteLength,
      slice: async (start: number, end = bytes.byteLength) => {
        read += end - start;
        return Uint8Array.from(bytes.subarray(start, end)).buffer;
      },
    };
    expect((await readParquet({ ...file }, { columns: ["sex"] })).rows).toBe(1500);
    const forOne = read;
    read = 0;
    await readParquet(file);
    expect(forOne).toBeLessThan(read);
  });

  test("with nested columns are read without them; decimals become float64", async () => {
    await expect(readParquet(pathOf("pyarrow-nested.parquet"))).rejects.toThrow(code("UNSUPPORTED"));
    expect([...rowsOf(await readParquet(pathOf("pyarrow-nested.parquet"), { columns: ["x"] }))]).toEqual([
      { x: 1n },
      { x: 2n },
    ]);
    expect([...rowsOf(await readParquet(pathOf("pyarrow-decimal.parquet")))]).toEqual([
      { price: 1.25 },
      { price: null },
    ]);
  });
});

describe("what is written", () => {
  test("is read back the same, whatever the values", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRows, async (rows) => {
        const batch = batchFrom(everyColumn, rows);
        const read = await readParquet(await writeParquet(batch, { rowGroupRows: 7 }));
        expect([...rowsOf(read)]).toEqual(rows);
        expect(columnSpecsOf(read).map(({ type }) => type)).toEqual(
          columnSpecsOf(batch).map(({ type }) => type),
        );
      }),
      { numRuns: 40 },
    );
  });

  test("has no null bitmaps where there are no nulls", async () => {
    const dictionary = columnFrom("dictionary", ["a", "b", "a"]);
    const read = await readParquet(
      await writeParquet(batchFromColumns({ x: Float64Array.of(1, -0, 0), dictionary })),
    );
    expect(read.columns.x).toEqual({ type: "float64", values: Float64Array.of(1, -0, 0) });
    expect([...rowsOf(read)].map((row) => row.dictionary)).toEqual(["a", "b", "a"]);
  });

  test("keeps the sign of a zero that repeats often enough for a dictionary", async () => {
    const values = Float64Array.from({ length: 1000 }, (_, row) => (row % 2 === 0 ? 0 : -0));
    const read = await readParquet(await writeParquet(batchFromColumns({ x: values })));
    expect(read.columns.x).toEqual({ type: "float64", values });
  });

  test("must be a batch of at least one column with whole microseconds", async () => {
    await expect(writeParquet({ rows: 0, columns: {} })).rejects.toThrow(code("INVALID_ARGUMENT"));
    const time = { type: "timestamp", values: Float64Array.of(0.5) } as const;
    await expect(writeParquet({ rows: 1, columns: { time } })).rejects.toThrow(code("INVALID_ARGUMENT"));
  });
});

describe("bad input", () => {
  test("that is damaged is CORRUPT, wherever the damage is", async () => {
    const bytes = new Uint8Array(await readFile(pathOf("pyarrow-snappy.parquet")));
    await expect(readParquet(new Uint8Array())).rejects.toThrow(code("CORRUPT"));
    await expect(readParquet(bytes.subarray(0, bytes.length - 1))).rejects.toThrow(code("CORRUPT"));
    await expect(readParquet(bytes.subarray(100))).rejects.toThrow(code("CORRUPT"));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), async (position, byte) => {
        const damaged = bytes.slice();
        damaged[position] = byte;
        await readParquet(damaged).then(
          ({ rows }) => expect(rows).toBeGreaterThanOrEqual(0),
          (error: unknown) =>
            expect(["CORRUPT", "UNSUPPORTED", "LIMIT_EXCEEDED"]).toContain((error as { code: string }).code),
        );
      }),
      { numRuns: 150 },
    );
  });

  test("that says integers of no bits is UNSUPPORTED", async () => {
    const bytes = new Uint8Array(await readFile(pathOf("pyarrow-snappy.parquet")));
    bytes[3_453] = 0; // the width of a column
    await expect(readParquet(bytes)).rejects.toThrow(code("UNSUPPORTED"));
  });

  test("has a code of its own: no such file, no such column, a file that fails, an abort", async () => {
    await expect(readParquet(pathOf("none.parquet"))).rejects.toThrow(code("NOT_FOUND"));
    await expect(readParquet(pathOf("pyarrow-snappy.parquet"), { columns: ["none"] })).rejects.toThrow(
      code("INVALID_ARGUMENT"),
    );
    await expect(readParquet(7 as never)).rejects.toThrow(code("INVALID_ARGUMENT"));
    const failure = new Error("the network is gone");
    await expect(readParquet({ byteLength: 1000, slice: () => Promise.reject(failure) })).rejects.toBe(
      failure,
    );
    const reason = new Error("enough");
    await expect(
      readParquet(pathOf("pyarrow-snappy.parquet"), { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });
});
