import { batchFromColumns, columnFrom } from "../../columns/build.js";
import { assert, assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import { numbers, scanned, type TableCase, table, upTo, valuesIn, wide } from "./case-context.js";

/** Lets everything else go on: a loop over a store that answers at once would starve its host. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Compacting, dropping and erasing. */
export const rewriteCases: readonly ConformanceCase<TableCase>[] = [
  {
    name: "compaction: rows and their order stay, batches become fewer, and positions still lead behind what was read",
    async run({ tables }) {
      const positions: number[] = [];
      for (const value of upTo(0, 40)) positions.push(await tables.append(table, numbers(value)));
      const gone = await tables.compact(table, { targetRows: 16 });
      const after = await scanned(tables);
      assertEqual(
        after.flatMap(([, values]) => values),
        upTo(0, 40),
        "all rows, in order",
      );
      assert(gone > 0 && after.length === 40 - gone, "as many batches fewer as it says");
      assert(
        after.every(([, values]) => values.length <= 16),
        "none has more rows than the target",
      );
      for (const [index, position] of positions.entries()) {
        const rest = await valuesIn(tables, { after: position });
        const missing = upTo(index + 1, 40).filter((value) => !rest.includes(value));
        assertEqual(missing, [], `nothing is skipped behind the batch ${index}`);
      }
      assertEqual(
        await valuesIn(tables, { after: positions.at(-1)! }),
        [],
        "who has read to the end reads nothing again",
      );
      await tables.append(table, numbers(40));
      assertEqual(await valuesIn(tables, { after: positions.at(-1)! }), [40], "and then what is new");
    },
  },
  {
    name: "compaction: batches of different columns keep them",
    async run({ tables }) {
      await tables.append(table, batchFromColumns({ x: Float64Array.of(1), y: Float64Array.of(2) }));
      await tables.append(table, batchFromColumns({ x: Float64Array.of(3) }));
      await tables.append(table, wide([4, 5]));
      await tables.compact(table);
      assertEqual(await valuesIn(tables), [1, 3, 4, 5], "all rows");
      let seen = 0;
      for await (const { batch } of tables.scan(table, { columns: ["y"] }))
        if (batch.columns.y !== undefined) seen += batch.rows;
      assert(seen >= 1, "the column that only one batch had");
    },
  },
  {
    name: "compaction: beside writers and readers no row is lost, doubled or out of order",
    async run(context) {
      const stores = await context.spread();
      const { tables, writers } = context;
      const each = 12;
      let writing = true;
      const compacting = (async () => {
        while (writing) {
          await stores.at(-1)!.compact(table, { targetRows: 20 });
          await turn();
        }
      })();
      const reading = (async () => {
        while (writing) {
          const values = await valuesIn(tables);
          assertEqual(new Set(values).size, values.length, "no row twice");
          for (const writer of upTo(0, writers)) {
            const own = values.filter((value) => Math.floor(value / 1_000) === writer);
            assertEqual(
              own,
              upTo(writer * 1_000, writer * 1_000 + own.length),
              "the rows of a writer without gaps",
            );
          }
          await turn();
        }
      })();
      for (const each of [compacting, reading]) each.catch(() => {});
      await Promise.all(
        upTo(0, writers).map(async (writer) => {
          for (const step of upTo(0, each))
            await stores[writer % stores.length]!.append(table, numbers(writer * 1_000 + step));
        }),
      ).finally(() => {
        writing = false;
      });
      await Promise.all([compacting, reading]);
      await tables.compact(table);
      const all = (await valuesIn(tables)).toSorted((a, b) => a - b);
      assertEqual(
        all,
        upTo(0, writers).flatMap((writer) => upTo(writer * 1_000, writer * 1_000 + each)),
        "every row once",
      );
    },
  },
  {
    name: "appending: who has seen a batch never later sees one appear before it",
    async run(context) {
      const stores = await context.spread();
      const each = 10;
      let writing = true;
      let after = 0;
      const seen: number[] = [];
      const following = (async () => {
        for (;;) {
          const last = !writing;
          for (const [position, values] of await scanned(stores.at(-1)!, { after })) {
            assert(position > after, "positions grow");
            after = position;
            seen.push(...values);
          }
          if (last) return;
          await turn();
        }
      })();
      following.catch(() => {});
      await Promise.all(
        upTo(0, context.writers).map(async (writer) => {
          for (const step of upTo(0, each)) {
            const value = writer * each + step;
            await stores[writer % stores.length]!.append(
              table,
              step % 4 === 3 ? wide([value], 60_000) : numbers(value),
            );
          }
        }),
      ).finally(() => {
        writing = false;
      });
      await following;
      assertEqual(
        seen.toSorted((a, b) => a - b),
        upTo(0, context.writers * each),
        "a reader that follows misses nothing",
      );
    },
  },
  {
    name: "dropping: what is there is gone, what comes later stays",
    async run({ tables }) {
      for (const value of upTo(0, 5)) await tables.append(table, numbers(value), { id: `batch-${value}` });
      await tables.append(table, wide([5, 6]));
      await tables.drop(table);
      assertEqual(await scanned(tables), [], "nothing is left");
      await tables.drop(table);
      const position = await tables.append(table, numbers(7));
      assertEqual(await scanned(tables), [[position, [7]]], "the table is used again");
    },
  },
  {
    name: "erasing: the rows with one of the values go, and only they",
    async run({ tables }) {
      const batch = (first: number) =>
        batchFromColumns({
          x: Float64Array.of(first, first + 1, first + 2),
          id: columnFrom("string", ["a", "b", "c"]),
        });
      await tables.append(table, batch(0));
      await tables.append(table, wide([3, 4]));
      await tables.append(table, batch(5));
      assertEqual(await tables.erase(table, "id", ["b", "z"]), 2, "rows that are gone");
      assertEqual(await valuesIn(tables), [0, 2, 3, 4, 5, 7], "the others in their order");
      assertEqual(await tables.erase(table, "x", [3, 4]), 2, "all rows of a batch");
      assertEqual(await valuesIn(tables), [0, 2, 5, 7], "the batch is gone");
      assertEqual(await tables.erase(table, "id", ["b"]), 0, "nothing is left to erase");
      assertEqual(await tables.erase(table, "none", ["b"]), 0, "a column that no batch has");
    },
  },
  {
    name: "erasing: rows that are appended meanwhile stay",
    async run(context) {
      const stores = await context.spread();
      for (const value of upTo(0, 30)) await context.tables.append(table, numbers(value));
      const odd = upTo(0, 30).filter((value) => value % 2 === 1);
      const [gone] = await Promise.all([
        context.tables.erase(table, "x", odd),
        (async () => {
          for (const value of upTo(30, 50)) await stores.at(-1)!.append(table, numbers(value));
        })(),
      ]);
      assertEqual(gone, 15, "rows that are gone");
      assertEqual(
        await valuesIn(context.tables),
        [...upTo(0, 30).filter((value) => value % 2 === 0), ...upTo(30, 50)],
        "the rest, in order",
      );
    },
  },
];
