import { readFile } from "node:fs/promises";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchFrom, batchFromColumns, columnFrom } from "../build.js";
import { sliceBatch } from "../rows.js";
import { columnSpecsOf } from "../specs.js";
import { arbitraryRows, everyColumn } from "../testdata/arbitrary-batch.js";
import { pyarrowRows } from "../testdata/pyarrow-rows.js";
import { rowsOf } from "../values.js";
import { fromArrow, fromArrowIpc } from "./from-arrow.js";
import { toArrow, toArrowIpc } from "./to-arrow.js";
import { fromArrowSchema, toArrowSchema } from "./types.js";

const code = (expected: string) => expect.objectContaining({ code: expected });
const fixture = (name: string) => readFile(new URL(`../testdata/${name}`, import.meta.url));

test.each(["stream", "file"])("the IPC %s of pyarrow gives every type, also from slices", async (format) => {
  const batch = await fromArrowIpc(await fixture(`pyarrow.${format}.arrow`));
  const [first, second, third, fourth] = pyarrowRows;
  expect([...rowsOf(batch)]).toEqual([second, third, fourth, first, second, third]);
  expect(batch.columns.category!.type).toBe("dictionary");
});

test("every batch survives the way to Arrow and back, by table and by IPC", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRows, fc.constantFrom("stream", "file"), async (rows, format) => {
      const batch = batchFrom(everyColumn, rows);
      expect([...rowsOf(await fromArrow(await toArrow(batch)))]).toEqual(rows);
      const back = await fromArrowIpc(await toArrowIpc(batch, { format: format as "stream" }));
      expect([...rowsOf(back)]).toEqual(rows);
      expect(columnSpecsOf(back).map(({ type }) => type)).toEqual(everyColumn.map(({ type }) => type));
    }),
    { numRuns: 40 },
  );
});

test("Arrow itself reads what is made", async () => {
  const batch = batchFromColumns({
    x: columnFrom("float64", [1.5, null]),
    text: columnFrom("string", ["ä", null]),
    region: columnFrom("dictionary", ["north", null]),
    hit: columnFrom("bool", [true, null]),
    time: columnFrom("timestamp", [1_500, null]),
    step: BigInt64Array.of(2n ** 62n, 0n),
  });
  const table = await toArrow(batch);
  const row = table.get(0)!.toJSON();
  expect(row).toMatchObject({ x: 1.5, text: "ä", region: "north", hit: true, step: 2n ** 62n });
  expect(table.get(1)!.toJSON()).toMatchObject({ x: null, text: null, region: null, hit: null, time: null });
  expect(table.getChild("time")!.data[0]!.values).toEqual(BigInt64Array.of(1_500n, 0n));
  expect(String(table.schema.fields[4]!.type)).toBe("Timestamp<MICROSECOND, UTC>");
  expect(table.getChild("step")!.data[0]!.values.buffer).toBe(
    (batch.columns.step as { values: BigInt64Array }).values.buffer,
  );
});

test("a slice of a table gives its rows", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRows, fc.nat(), fc.nat(), async (rows, a, b) => {
      const start = a % (rows.length + 1);
      const end = start + (b % (rows.length + 1 - start));
      const table = await toArrow(sliceBatch(batchFrom(everyColumn, rows), 0));
      expect([...rowsOf(await fromArrow(table.slice(start, end)))]).toEqual(rows.slice(start, end));
    }),
    { numRuns: 40 },
  );
});

test("several batches become one stream, their dictionaries unified on the way back", async () => {
  const batches = [
    ["n", "s"],
    ["w", "n"],
  ].map((texts) => batchFromColumns({ region: columnFrom("dictionary", texts) }));
  const back = await fromArrowIpc(await toArrowIpc(batches));
  expect([...rowsOf(back)].map(({ region }) => region)).toEqual(["n", "s", "w", "n"]);
  await expect(toArrowIpc([batches[0]!, batchFromColumns({ x: Float64Array.of(1) })])).rejects.toThrow(
    code("INVALID_ARGUMENT"),
  );
  await expect(toArrowIpc([])).rejects.toThrow(code("INVALID_ARGUMENT"));
});

test("tables that Arrow made of vectors are read", async () => {
  const vectors = {
    half: arrow.vectorFromArray([0.5, -2, null, Number.POSITIVE_INFINITY], new arrow.Float16()),
    seconds: arrow.vectorFromArray([1_000, null, 2_000, 3_000], new arrow.TimestampSecond()),
    day: arrow.vectorFromArray(
      [new Date(0), null, new Date("1969-12-31"), new Date(0)],
      new arrow.DateMillisecond(),
    ),
    small: arrow.vectorFromArray(
      ["a", null, "b", "a"],
      new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()),
    ),
  };
  expect([...rowsOf(await fromArrow(new arrow.Table(vectors)))]).toEqual([
    { half: 0.5, seconds: 1_000_000, day: 0, small: "a" },
    { half: -2, seconds: null, day: null, small: null },
    { half: null, seconds: 2_000_000, day: -86_400_000_000, small: "b" },
    { half: Number.POSITIVE_INFINITY, seconds: 3_000_000, day: 0, small: "a" },
  ]);
});

test("columns become a schema and columns again", async () => {
  expect(await fromArrowSchema(await toArrowSchema(everyColumn))).toEqual(everyColumn);
});

describe("bad input", () => {
  test("types without a column are UNSUPPORTED", async () => {
    const list = arrow.vectorFromArray(
      [[1], [2]],
      new arrow.List(new arrow.Field("item", new arrow.Int32())),
    );
    await expect(fromArrow(new arrow.Table({ list }))).rejects.toThrow(code("UNSUPPORTED"));
    const far = arrow.makeVector(
      arrow.makeData({ type: new arrow.TimestampMicrosecond(), data: BigInt64Array.of(2n ** 60n) }),
    );
    await expect(fromArrow(new arrow.Table({ far }))).rejects.toThrow(code("UNSUPPORTED"));
  });

  test("bytes that are no Arrow IPC are CORRUPT", async () => {
    const bytes = await fixture("pyarrow.stream.arrow");
    await expect(fromArrowIpc(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).rejects.toThrow(code("CORRUPT"));
    await expect(fromArrowIpc(bytes.subarray(0, 3000))).rejects.toThrow(code("CORRUPT"));
  });

  test("a time that is no whole number of microseconds is refused", async () => {
    const time = { type: "timestamp", values: Float64Array.of(Number.NaN) } as const;
    await expect(toArrow({ rows: 1, columns: { time } })).rejects.toThrow(code("INVALID_ARGUMENT"));
  });
});
