import { describe, expect, test } from "vitest";
import { createBlobStore } from "../blobs/create-blob-store.js";
import { batchFrom, batchFromColumns, columnFrom } from "../columns/build.js";
import { rowsOf } from "../columns/values.js";
import type { Digest } from "../identity/digest.js";
import { createKvStore } from "../kv/create-kv-store.js";
import { memoryBlobs } from "../memory/memory-blobs.js";
import { memoryKv } from "../memory/memory-kv.js";
import { createTableStore } from "./create-table-store.js";
import { keysIn, large, numbers, openTables, scanned, valuesIn } from "./testdata/open-tables.js";

const table = ["runs", 7, "metrics"];
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("append and scan", () => {
  test("batches come in the order in which they were appended, with growing positions", async () => {
    const { tables } = openTables();
    const positions = [
      await tables.append(table, numbers(1, 2)),
      await tables.append(table, large(3)),
      await tables.append(table, numbers(4)),
    ];
    expect(positions).toEqual([1, 2, 3]);
    expect(await scanned(tables, table)).toEqual([
      [1, [1, 2]],
      [2, [3]],
      [3, [4]],
    ]);
    expect(await scanned(tables, table, { after: 2 })).toEqual([[3, [4]]]);
    expect(await scanned(tables, ["runs", 7])).toEqual([]);
    expect(await scanned(tables, ["runs", 7, "metrics", "other"])).toEqual([]);
  });

  test("an empty batch adds nothing", async () => {
    const { tables, kv } = openTables();
    expect(await tables.append(table, numbers())).toBe(0);
    expect(await keysIn(kv)).toEqual([]);
  });

  test("small batches lie in their entries, large ones in blobs with a reference", async () => {
    const { tables, kv, blobs } = openTables();
    await tables.append(table, numbers(1));
    expect((await keysIn(kv)).filter((key) => key.startsWith('["ref"'))).toEqual([]);
    await tables.append(table, large(2));
    const stored: string[] = [];
    for await (const blob of blobs.list()) stored.push(blob.digest);
    expect(stored).toHaveLength(1);
    expect((await keysIn(kv)).filter((key) => key.startsWith(`["ref","${stored[0]}"`))).toHaveLength(1);
  });

  test("batches may differ in columns, and each gives those it has of the wanted ones", async () => {
    const { tables } = openTables();
    await tables.append(table, batchFromColumns({ a: Float64Array.of(1), b: columnFrom("string", ["x"]) }));
    await tables.append(table, batchFromColumns({ b: columnFrom("dictionary", ["y"]), c: Int32Array.of(3) }));
    const rows = [];
    for await (const { batch } of tables.scan(table, { columns: ["c", "b"] })) rows.push(...rowsOf(batch));
    expect(rows).toEqual([{ b: "x" }, { c: 3, b: "y" }]);
  });

  test("many columns with long names fit, although not all statistics do", async () => {
    const { tables } = openTables();
    const name = (index: number): string => `${"ü".repeat(60)}${index}`;
    const columns = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [name(index), columnFrom("string", ["ü".repeat(100)])]),
    );
    await tables.append(table, batchFromColumns(columns));
    const found = [];
    for await (const { batch } of tables.scan(table, { range: { column: name(399), from: "a" } }))
      found.push(batch.rows);
    expect(found).toEqual([1]);
  });

  test("a scan ends with what was there when it began, however fast others write", async () => {
    const { tables } = openTables();
    await tables.append(table, numbers(0));
    const seen = [];
    for await (const { batch } of tables.scan(table)) {
      seen.push(batch.rows);
      for (let index = 0; index < 3; index++) await tables.append(table, numbers(1));
      if (seen.length > 100) break;
    }
    expect(seen.length).toBeLessThan(100);
  });
});

describe("range", () => {
  const specs = [
    { name: "x", type: "float64", nullable: true },
    { name: "step", type: "int64", nullable: false },
    { name: "key", type: "string", nullable: true },
  ] as const;

  test("gives the rows inside, bounds included, without nulls and NaN", async () => {
    const { tables } = openTables();
    const rows = [1, null, 3, Number.NaN, 5, -0].map((x, index) => ({
      x,
      step: index,
      key: x === null ? null : `k${index}`,
    }));
    await tables.append(table, batchFrom(specs, rows));
    await tables.append(table, batchFromColumns({ other: Float64Array.of(1) }));
    const steps = async (column: string, from?: number | bigint | string, to?: number | bigint | string) => {
      const found = [];
      for await (const { batch } of tables.scan(table, { columns: ["step"], range: { column, from, to } }))
        found.push(...rowsOf(batch));
      return found.map((row) => Number(row.step));
    };
    expect(await steps("x", 1, 3)).toEqual([0, 2]);
    expect(await steps("x", 1n)).toEqual([0, 2, 4]);
    expect(await steps("x")).toEqual([0, 2, 4, 5]);
    expect(await steps("x", 0, 0)).toEqual([5]);
    expect(await steps("step", 1.5, 4)).toEqual([2, 3, 4]);
    expect(await steps("step", 2n, 2n)).toEqual([2]);
    expect(await steps("key", "k2", "k4")).toEqual([2, 3, 4]);
    expect(await steps("nothing", 0)).toEqual([]);
  });

  test("does not read the blobs of batches that lie outside", async () => {
    const { tables, blobs } = openTables();
    for (const value of [1, 2, 3]) await tables.append(table, large(value));
    for await (const { digest } of blobs.list()) {
      const content = await (await blobs.get(digest))!.bytes();
      if (new Float64Array(content.buffer).includes(2)) continue;
      await blobs.delete(digest);
    }
    expect(await valuesIn(tables, table, { range: { column: "x", from: 1.5, to: 2.5 } })).toEqual([2]);
  });

  test("does not skip a batch whose longest string was cut for its statistics", async () => {
    const { tables } = openTables();
    const long = "z".repeat(200);
    await tables.append(table, batchFromColumns({ key: columnFrom("string", [long]) }));
    const found = [];
    for await (const { batch } of tables.scan(table, { range: { column: "key", from: "z".repeat(199) } }))
      found.push(batch.rows);
    for await (const { batch } of tables.scan(table, { range: { column: "key", to: "z".repeat(64) } }))
      found.push(batch.rows);
    expect(found).toEqual([1]);
  });

  test("of another kind than the column is refused", async () => {
    const { tables } = openTables();
    await tables.append(
      table,
      batchFromColumns({ x: Float64Array.of(1), raw: columnFrom("bytes", [Uint8Array.of(1)]) }),
    );
    await expect(scanned(tables, table, { range: { column: "x", from: "1" } })).rejects.toThrow(
      code("INVALID_ARGUMENT"),
    );
    await expect(scanned(tables, table, { range: { column: "raw", from: 1 } })).rejects.toThrow(
      code("INVALID_ARGUMENT"),
    );
  });
});

describe("an id", () => {
  test("appends once, also when writers race", async () => {
    const { tables } = openTables();
    const positions = await Promise.all(
      Array.from({ length: 5 }, () => tables.append(table, numbers(1), { id: "a" })),
    );
    expect(new Set(positions)).toEqual(new Set([1]));
    expect(await tables.append(table, numbers(2), { id: "b" })).toBe(2);
    expect(await tables.append(table, numbers(9), { id: "a" })).toBe(1);
    expect(await valuesIn(tables, table)).toEqual([1, 2]);
  });

  test("is still known after compaction and erasure", async () => {
    const { tables } = openTables();
    for (const id of ["a", "b", "c"]) await tables.append(table, numbers(id.charCodeAt(0)), { id });
    await tables.compact(table);
    expect(await tables.append(table, numbers(0), { id: "b" })).toBe(2);
    await tables.append(table, numbers(5), { id: "d" });
    await tables.erase(table, "x", [5, 98]);
    expect(await tables.append(table, numbers(0), { id: "d" })).toBe(4);
    expect(await tables.append(table, numbers(0), { id: "b" })).toBe(2);
    expect(await valuesIn(tables, table)).toEqual([97, 99]);
  });

  test("is free again after a drop", async () => {
    const { tables } = openTables();
    await tables.append(table, numbers(1), { id: "a" });
    await tables.append(table, numbers(2), { id: "b" });
    await tables.append(table, numbers(3), { id: "c" });
    await tables.compact(table, { targetRows: 4 });
    await tables.drop(table);
    expect(await tables.append(table, numbers(4), { id: "a" })).toBe(4);
    expect(await tables.append(table, numbers(4), { id: "a" })).toBe(4);
    expect(await valuesIn(tables, table)).toEqual([4]);
  });
});

describe("compact", () => {
  test("merges neighbours that are small, and only those with the same columns", async () => {
    const { tables, kv } = openTables();
    for (const value of [1, 2, 3]) await tables.append(table, numbers(value));
    await tables.append(table, batchFromColumns({ y: Float64Array.of(0) }));
    for (const value of [4, 5]) await tables.append(table, numbers(value));
    expect(await tables.compact(table)).toBe(3);
    expect(await keysIn(kv)).toEqual([3, 4, 6].map((position) => JSON.stringify([...table, position])));
    expect(await tables.compact(table)).toBe(0);
    expect((await scanned(tables, table, { range: { column: "x" } })).map(([, values]) => values)).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  test("does not exceed the number of rows wanted, and leaves large batches alone", async () => {
    const { tables } = openTables();
    for (let value = 0; value < 10; value++) await tables.append(table, numbers(value));
    await tables.append(table, numbers(10, 11, 12));
    await tables.compact(table, { targetRows: 4 });
    expect((await scanned(tables, table)).map(([, values]) => values.length)).toEqual([4, 4, 2, 3]);
    expect(await valuesIn(tables, table)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test("a reader goes on behind any position, whatever was merged since", async () => {
    const { tables } = openTables();
    for (let value = 1; value <= 9; value++)
      await tables.append(table, value === 5 ? numbers(value, value) : numbers(value));
    const all = [1, 2, 3, 4, 5, 5, 6, 7, 8, 9];
    for (const targetRows of [4, 8, 64]) {
      await tables.compact(table, { targetRows });
      for (let after = 0; after <= 9; after++) {
        expect(await valuesIn(tables, table, { after })).toEqual(all.filter((value) => value > after));
      }
    }
  });

  test("a reader in the middle sees each row once while the table is compacted and the old blobs are gone", async () => {
    const { tables, blobs } = openTables();
    for (const value of [1, 2, 3, 4]) await tables.append(table, large(value));
    const old: Digest[] = [];
    for await (const { digest } of blobs.list()) old.push(digest);
    const seen: number[] = [];
    for await (const { batch } of tables.scan(table)) {
      seen.push(...[...rowsOf(batch)].map((row) => row.x as number));
      if (seen.length > 1) continue;
      expect(await tables.compact(table)).toBe(3);
      for (const digest of old) await blobs.delete(digest);
    }
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test("stops before the record of what was merged outgrows its entry", async () => {
    const { tables } = openTables();
    let rows = 0;
    for (let index = 0; index < 2_500; index++) {
      const size = 1 + (index % 3);
      rows += size;
      await tables.append(table, numbers(...Array.from({ length: size }, () => index)));
    }
    await tables.compact(table);
    const batches = await scanned(tables, table);
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.length).toBeLessThan(10);
    expect(batches.flatMap(([, values]) => values)).toHaveLength(rows);
  });
});

describe("erase", () => {
  test("removes rows by value, keeps positions, and frees the old blob", async () => {
    const { tables, blobs, kv } = openTables();
    await tables.append(table, large(1, 2, 3));
    await tables.append(table, large(2));
    await tables.append(table, numbers(4, 2));
    expect(await tables.erase(table, "x", [2, 4n])).toBe(4);
    expect(await scanned(tables, table)).toEqual([[1, [1, 3]]]);
    const referred = (await keysIn(kv)).filter((key) => key.startsWith('["ref"'));
    expect(referred).toHaveLength(1);
    const content = [];
    for await (const { digest } of blobs.list()) if (referred[0]!.includes(digest)) content.push(digest);
    expect(content).toHaveLength(1);
  });

  test("finds strings, dictionaries, int64 and NaN, and leaves nulls", async () => {
    const { tables } = openTables();
    const id = columnFrom("string", ["a", "b", null, "a"]);
    const region = columnFrom("dictionary", ["n", "n", "s", null]);
    const big = columnFrom("int64", [1n, 2n ** 60n, null, 0n]);
    const x = columnFrom("float64", [0, 1, Number.NaN, null]);
    const batch = batchFromColumns({ id, region, big, x });
    for (const [column, values, gone] of [
      ["id", ["a"], 2],
      ["region", ["s", "unknown"], 1],
      ["big", [2n ** 60n, 0], 2],
      ["x", [Number.NaN], 1],
      ["missing", ["a"], 0],
    ] as const) {
      await tables.append([column], batch);
      expect(await tables.erase([column], column, values)).toBe(gone);
      expect((await scanned(tables, [column])).flatMap(([, rows]) => rows)).toHaveLength(4 - gone);
    }
  });

  test("refuses values of another kind than the column holds, rather than matching nothing", async () => {
    const { tables } = openTables();
    await tables.append(table, numbers(17));
    await expect(tables.erase(table, "x", ["17"])).rejects.toThrow(code("INVALID_ARGUMENT"));
    await expect(tables.erase(table, "x", [true as never])).rejects.toThrow(code("INVALID_ARGUMENT"));
  });
});

describe("drop", () => {
  test("leaves no key and no reference, and positions go on", async () => {
    const { tables, kv } = openTables();
    for (const value of [1, 2, 3]) await tables.append(table, large(value), { id: `batch-${value}` });
    await tables.append(table, numbers(4));
    await tables.drop(table);
    expect(await scanned(tables, table)).toEqual([]);
    expect(await keysIn(kv)).toEqual([]);
    expect(await tables.append(table, numbers(5))).toBe(5);
    await tables.drop(["never", "there"]);
  });

  test("hides all batches at once, and what was interrupted is finished by the next call", async () => {
    const kvDriver = memoryKv();
    const blobDriver = memoryBlobs();
    const { tables, kv } = openTables({ kvDriver, blobDriver });
    for (let value = 0; value < 150; value++)
      await tables.append(table, numbers(value), { id: String(value) });
    let commits = 0;
    const dying = openTables({
      kvDriver,
      blobDriver,
      wrapKv: (driver) => ({
        ...driver,
        commit: async (commit, call) => {
          if (++commits > 2) throw new Error("killed");
          return driver.commit(commit, call);
        },
      }),
    });
    await expect(dying.tables.drop(table)).rejects.toThrow("killed");
    expect((await keysIn(kv)).length).toBeGreaterThan(50);
    expect(await scanned(tables, table)).toEqual([]);
    expect(await tables.append(table, numbers(7), { id: "140" })).toBe(151);
    await tables.compact(table);
    expect(await keysIn(kv)).toEqual(
      [
        [...table, "id", "140"],
        [...table, 151],
      ].map((key) => JSON.stringify(key)),
    );
    expect(await tables.append(table, numbers(7), { id: "140" })).toBe(151);
  });
});

describe("bad input", () => {
  test("is refused before anything is done", async () => {
    const { tables, kv } = openTables();
    const broken = { rows: 2, columns: { x: { type: "float64", values: Float64Array.of(1) } } } as const;
    await expect(tables.append(table, broken)).rejects.toThrow(code("INVALID_ARGUMENT"));
    await expect(tables.append([], numbers(1))).rejects.toThrow(code("INVALID_ARGUMENT"));
    await expect(tables.append([Number.NaN], numbers(1))).rejects.toThrow(code("INVALID_ARGUMENT"));
    await expect(tables.append(["x".repeat(1_100)], numbers(1))).rejects.toThrow(code("LIMIT_EXCEEDED"));
    await expect(tables.append(table, numbers(1), { id: "" })).rejects.toThrow(code("INVALID_ARGUMENT"));
    await expect(tables.compact(table, { targetRows: 0 })).rejects.toThrow(code("INVALID_ARGUMENT"));
    for (const options of [
      { after: -1 },
      { after: 0.5 },
      { columns: "x" },
      { range: { column: "x", from: Number.NaN } },
      { range: { column: "x", from: 1, to: "2" } },
    ]) {
      const scan = tables.scan(table, options as never)[Symbol.asyncIterator]();
      await expect(scan.next()).rejects.toThrow(code("INVALID_ARGUMENT"));
    }
    expect(await keysIn(kv)).toEqual([]);
  });

  test("an unordered store is UNSUPPORTED", async () => {
    const kv = createKvStore(memoryKv({ ordered: false }));
    const tables = createTableStore({ kv, blobs: createBlobStore(memoryBlobs(), { kv }) });
    await expect(tables.append(table, numbers(1))).rejects.toThrow(code("UNSUPPORTED"));
    expect(() => tables.scan(table)).toThrow(code("UNSUPPORTED"));
  });

  test("an entry that is none is CORRUPT, a missing blob too", async () => {
    const { tables, kv, blobs } = openTables();
    await tables.append(table, large(1));
    for await (const { digest } of blobs.list()) await blobs.delete(digest);
    await expect(scanned(tables, table)).rejects.toThrow(code("CORRUPT"));
    await kv
      .atomic()
      .set([...table, 1], Uint8Array.of(1, 2, 3))
      .commit();
    await expect(scanned(tables, table)).rejects.toThrow(code("CORRUPT"));
  });

  test("a closed store is CLOSED, an aborted call rejects with its reason", async () => {
    const { tables } = openTables();
    for (const value of [1, 2]) await tables.append(table, numbers(value));
    const reason = new Error("enough");
    await expect(tables.append(table, numbers(1), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    const scanning = (async () => {
      for await (const _ of tables.scan(table, { signal: controller.signal })) controller.abort(reason);
    })();
    await expect(scanning).rejects.toBe(reason);
    const iterator = tables.scan(table)[Symbol.asyncIterator]();
    await iterator.next();
    await tables.close();
    await tables.close();
    await expect(iterator.next()).rejects.toThrow(code("CLOSED"));
    await expect(tables.append(table, numbers(1))).rejects.toThrow(code("CLOSED"));
    await expect(tables.drop(table)).rejects.toThrow(code("CLOSED"));
    expect(() => tables.scan(table)).toThrow(code("CLOSED"));
  });
});
