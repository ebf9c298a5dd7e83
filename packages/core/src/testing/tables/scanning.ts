import { batchFrom, batchFromColumns } from "../../columns/build.js";
import { rowsOf } from "../../columns/values.js";
import type { Key } from "../../kv/key.js";
import type { ColumnSpec } from "../../signature/column-spec.js";
import { assert, assertEqual, assertRejects, assertRejectsWith, assertThrows } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import { numbers, scanned, type TableCase, table, upTo, valuesIn, wide } from "./case-context.js";

/** Appending and scanning. */
export const scanCases: readonly ConformanceCase<TableCase>[] = [
  {
    name: "tables: batches come back in the order of their positions, small and large ones",
    async run({ tables }) {
      assertEqual(await scanned(tables), [], "a table needs no declaration");
      const positions = [
        await tables.append(table, numbers(1, 2)),
        await tables.append(table, wide([3, 4, 5])),
        await tables.append(table, numbers(6)),
      ];
      assert(
        positions[0]! > 0 && positions[0]! < positions[1]! && positions[1]! < positions[2]!,
        "positions grow",
      );
      assertEqual(
        await scanned(tables),
        [
          [positions[0], [1, 2]],
          [positions[1], [3, 4, 5]],
          [positions[2], [6]],
        ],
        "all of them",
      );
    },
  },
  {
    name: "tables: every type of column comes back as it was, nulls included",
    async run({ tables }) {
      const specs = (
        ["float64", "float32", "int32", "int64", "uint8", "bool", "timestamp", "string", "bytes"] as const
      ).map((type): ColumnSpec => ({ name: type, type, nullable: true }));
      const rows = [
        {
          float64: Number.NaN,
          float32: 1.5,
          int32: -7,
          int64: -(2n ** 63n),
          uint8: 255,
          bool: true,
          timestamp: 1,
          string: "é\u0000",
          bytes: Uint8Array.of(0, 255),
        },
        Object.fromEntries(specs.map(({ name }) => [name, null])),
        {
          float64: -0,
          float32: Number.NEGATIVE_INFINITY,
          int32: 0,
          int64: 0n,
          uint8: 0,
          bool: false,
          timestamp: 2 ** 52,
          string: "",
          bytes: new Uint8Array(),
        },
      ];
      const batch = batchFrom(specs, rows);
      await tables.append(table, batch);
      for await (const found of tables.scan(table)) {
        assertEqual([...rowsOf(found.batch)], [...rowsOf(batch)], "rows");
        assertEqual(Object.keys(found.batch.columns), Object.keys(batch.columns), "columns in their order");
      }
    },
  },
  {
    name: "tables: an id appends once, an empty batch adds nothing",
    async run({ tables }) {
      const position = await tables.append(table, numbers(1), { id: "epoch-1" });
      assertEqual(
        await tables.append(table, numbers(1), { id: "epoch-1" }),
        position,
        "the position of the first",
      );
      const large = await tables.append(table, wide([2, 3]), { id: "epoch-2" });
      assertEqual(await tables.append(table, wide([2, 3]), { id: "epoch-2" }), large, "also of a large one");
      assertEqual(await tables.append(table, numbers()), 0, "no rows, no batch");
      assertEqual(await valuesIn(tables), [1, 2, 3], "each once");
      await tables.append(["other"], numbers(9), { id: "epoch-1" });
      assertEqual(await valuesIn(tables, {}, ["other"]), [9], "an id belongs to its table");
    },
  },
  {
    name: "tables: tables whose keys begin alike do not mix",
    async run({ tables }) {
      const names: Key[] = [["t", 1], ["t", 10], ["t", "1"], ["t1"], ["u"]];
      for (const [index, name] of names.entries()) await tables.append(name, numbers(index));
      for (const [index, name] of names.entries())
        assertEqual(await valuesIn(tables, {}, name), [index], "each its own rows");
      await tables.drop(["t", 1]);
      assertEqual(await valuesIn(tables, {}, ["t", 1]), [], "dropped");
      assertEqual(await valuesIn(tables, {}, ["t", 10]), [1], "the others are as they were");
    },
  },
  {
    name: "tables: a scan gives the columns that are wanted; a batch without one of them gives the others",
    async run({ tables }) {
      await tables.append(table, batchFromColumns({ x: Float64Array.of(1), y: Float64Array.of(2) }));
      await tables.append(table, batchFromColumns({ x: Float64Array.of(3), z: Float64Array.of(4) }));
      const rows: unknown[] = [];
      for await (const { batch } of tables.scan(table, { columns: ["x", "z"] })) rows.push(...rowsOf(batch));
      assertEqual(rows, [{ x: 1 }, { x: 3, z: 4 }], "x and z");
    },
  },
  {
    name: "tables: a range gives the rows inside it, its bounds included, and no row that is null there",
    async run({ tables }) {
      await tables.append(table, numbers(5, 1, 3));
      await tables.append(table, wide(upTo(10, 14)));
      await tables.append(
        table,
        batchFrom(
          [{ name: "x", type: "float64", nullable: true }],
          [{ x: null }, { x: 3 }, { x: Number.NaN }],
        ),
      );
      const inside = (from?: number, to?: number): Promise<number[]> =>
        valuesIn(tables, { range: { column: "x", from, to } });
      assertEqual(await inside(3, 11), [5, 3, 10, 11, 3], "from 3 to 11");
      assertEqual(await inside(11), [11, 12, 13], "from 11");
      assertEqual(await inside(undefined, 1), [1], "to 1");
      assertEqual(await inside(6, 9), [], "between all");
      const rows: unknown[] = [];
      for await (const { batch } of tables.scan(table, {
        columns: ["wide"],
        range: { column: "x", from: 12, to: 12 },
      })) {
        rows.push(...[...rowsOf(batch)].map((row) => Object.keys(row)));
      }
      assertEqual(rows, [["wide"]], "the column of the range need not be wanted");
    },
  },
  {
    name: "tables: after goes on behind a position",
    async run({ tables }) {
      const positions: number[] = [];
      for (const value of upTo(0, 5)) positions.push(await tables.append(table, numbers(value)));
      for (const [index, after] of positions.entries()) {
        assertEqual(await valuesIn(tables, { after }), upTo(index + 1, 5), `behind the batch ${index}`);
      }
      assertEqual(await valuesIn(tables, { after: 0 }), upTo(0, 5), "0 is before all");
    },
  },
  {
    name: "tables: a scan may be left early, and gives what was there when it began",
    async run({ tables }) {
      for (const value of upTo(0, 20)) await tables.append(table, numbers(value));
      for await (const _ of tables.scan(table)) break;
      const seen: number[] = [];
      for await (const { batch } of tables.scan(table)) {
        seen.push(...[...rowsOf(batch)].map((row) => row.x as number));
        if (seen.length === 1) await tables.append(table, numbers(20));
      }
      assertEqual(seen.slice(0, 20), upTo(0, 20), "all that were there");
    },
  },
  {
    name: "tables: arguments are checked, a closed store is CLOSED, and a signal stops every call with its reason",
    async run({ tables }) {
      await tables.append(table, numbers(1));
      await assertRejects(tables.append([], numbers(1)), "INVALID_ARGUMENT", "a table has a key");
      await assertRejects(
        tables.append(table, { rows: 2, columns: { x: { type: "float64", values: Float64Array.of(1) } } }),
        "INVALID_ARGUMENT",
        "columns have as many values as there are rows",
      );
      await assertThrows(
        () => valuesIn(tables, { after: -1 }),
        "INVALID_ARGUMENT",
        "a position is no negative number",
      );
      await assertThrows(
        () => valuesIn(tables, { columns: "x" as never }),
        "INVALID_ARGUMENT",
        "columns are an array",
      );
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      await assertRejectsWith(tables.append(table, numbers(2), { signal }), reason, "append");
      await assertRejectsWith((async () => valuesIn(tables, { signal }))(), reason, "scan");
      await assertRejectsWith(tables.compact(table, { signal }), reason, "compact");
      await assertRejectsWith(tables.drop(table, { signal }), reason, "drop");
      await assertRejectsWith(tables.erase(table, "x", [1], { signal }), reason, "erase");
      assertEqual(await valuesIn(tables), [1], "nothing was done");
      await Promise.all([tables.close(), tables.close()]);
      await assertRejects(tables.append(table, numbers(2)), "CLOSED", "append");
      await assertThrows(() => valuesIn(tables), "CLOSED", "scan");
      await assertRejects(tables.compact(table), "CLOSED", "compact");
      await assertRejects(tables.drop(table), "CLOSED", "drop");
      await assertRejects(tables.erase(table, "x", [1]), "CLOSED", "erase");
    },
  },
];
