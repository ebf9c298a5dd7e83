import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BlobDriver } from "../blobs/driver.js";
import { createRandom, type Random } from "../identity/random.js";
import type { KvDriver } from "../kv/driver.js";
import { memoryBlobs } from "../memory/memory-blobs.js";
import { memoryKv } from "../memory/memory-kv.js";
import type { TableStore } from "./table-store.js";
import { large, numbers, openTables, scanned, valuesIn } from "./testdata/open-tables.js";

const table = ["t"];

test("any sequence of operations does what a plain list of rows does", async () => {
  const rows = fc.array(fc.nat({ max: 9 }), { maxLength: 5 });
  const command = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("append" as const),
        rows,
        wide: fc.boolean(),
        id: fc.option(fc.nat({ max: 4 })),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("compact" as const),
        targetRows: fc.integer({ min: 2, max: 12 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("erase" as const),
        values: fc.array(fc.nat({ max: 9 }), { maxLength: 2 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("scan" as const),
        after: fc.nat({ max: 12 }),
        from: fc.nat({ max: 9 }),
      }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 30 }), async (commands) => {
      const { tables } = openTables();
      let model: { position: number; x: number }[] = [];
      let position = 0;
      const ids = new Map<string, number>();
      for (const step of commands) {
        if (step.kind === "append") {
          const id = step.id === null ? undefined : String(step.id);
          const batch = step.wide && step.rows.length > 0 ? large(...step.rows) : numbers(...step.rows);
          const known = step.rows.length === 0 ? 0 : id === undefined ? undefined : ids.get(id);
          const at = await tables.append(table, batch, { id });
          expect(at).toBe(known ?? position + 1);
          if (known !== undefined) continue;
          position++;
          if (id !== undefined) ids.set(id, position);
          model.push(...step.rows.map((x) => ({ position, x })));
        } else if (step.kind === "compact") {
          await tables.compact(table, step);
        } else if (step.kind === "erase") {
          const kept = model.filter(({ x }) => !step.values.includes(x));
          expect(await tables.erase(table, "x", step.values)).toBe(model.length - kept.length);
          model = kept;
        } else if (step.kind === "drop") {
          await tables.drop(table);
          model = [];
          ids.clear();
        } else {
          const { after, from } = step;
          expect(await valuesIn(tables, table, { after, range: { column: "x", from } })).toEqual(
            model.filter((row) => row.position > after && row.x >= from).map(({ x }) => x),
          );
        }
      }
      expect(await valuesIn(tables, table)).toEqual(model.map(({ x }) => x));
    }),
    { numRuns: 150 },
  );
}, 120_000);

/** Lets other tasks run before and after every call of a driver, differently each time. */
function disturb<Driver extends KvDriver | BlobDriver>(driver: Driver, random: Random): Driver {
  const wait = async (): Promise<void> => {
    for (let turns = random.integer(4); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
  };
  return new Proxy(driver, {
    get(target, name) {
      const member = target[name as keyof Driver];
      if (typeof member !== "function" || name === "list" || name === "watch") return member;
      return async (...values: unknown[]) => {
        await wait();
        const result = await member.apply(target, values);
        await wait();
        return result;
      };
    },
  });
}

describe("writers, a compactor, an eraser and readers at once", () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed))(
    "no row twice, none lost, none back: seed %i",
    async (seed) => {
      const random = createRandom(seed);
      const kvDriver = memoryKv();
      const blobDriver = memoryBlobs();
      const open = (): TableStore =>
        openTables({
          kvDriver,
          blobDriver,
          wrapKv: (driver) => disturb(driver, random),
          wrapBlobs: (driver) => disturb(driver, random),
        }).tables;
      const erased = (value: number): boolean => value % 7 === 3;
      const appended: number[] = [];
      let working = true;

      const write = async (writer: number): Promise<void> => {
        const tables = open();
        for (let index = 0; index < 25; index++) {
          const first = (writer * 25 + index) * 3;
          const values = [first, first + 1, first + 2];
          const id = index % 2 === 0 ? `${writer}-${index}` : undefined;
          await tables.append(table, index % 6 === 0 ? large(...values) : numbers(...values), { id });
          if (id !== undefined && random.next() < 0.3) await tables.append(table, numbers(...values), { id });
          appended.push(...values);
        }
      };
      const maintain = async (): Promise<void> => {
        const tables = open();
        while (working) await tables.compact(table, { targetRows: 10 + random.integer(60) });
      };
      const erase = async (): Promise<void> => {
        const tables = open();
        const values = Array.from({ length: 300 }, (_, value) => value).filter(erased);
        while (working) await tables.erase(table, "x", values);
      };
      const read = async (): Promise<void> => {
        while (working) {
          const before = [...appended];
          const seen: number[] = [];
          let after = 0;
          // Every scan is left somewhere and goes on behind the last batch by another.
          for (let stop = random.integer(8); ; stop = 1 + random.integer(8)) {
            let batches = 0;
            for await (const { position, batch } of open().scan(table, { after })) {
              seen.push(...(batch.columns.x as { values: Float64Array }).values);
              expect(position).toBeGreaterThan(after);
              after = position;
              if (++batches >= stop) break;
            }
            if (batches < stop) break;
          }
          expect(new Set(seen).size).toBe(seen.length);
          const missing = before.filter((value) => !erased(value) && !seen.includes(value));
          expect(missing).toEqual([]);
        }
      };

      const background = [maintain(), maintain(), erase(), read(), read()];
      await Promise.all([write(0), write(1), write(2), write(3)]);
      working = false;
      await Promise.all(background);

      const tables = open();
      await tables.erase(table, "x", appended.filter(erased));
      const expected = appended.filter((value) => !erased(value)).sort((a, b) => a - b);
      const found = await valuesIn(tables, table);
      expect([...found].sort((a, b) => a - b)).toEqual(expected);
      await tables.compact(table);
      expect(await valuesIn(tables, table)).toEqual(found);
    },
  );

  test.each(Array.from({ length: 12 }, (_, seed) => seed))(
    "a drop among them takes whole prefixes: seed %i",
    async (seed) => {
      const random = createRandom(seed + 100);
      const kvDriver = memoryKv();
      const blobDriver = memoryBlobs();
      const open = (): TableStore =>
        openTables({
          kvDriver,
          blobDriver,
          wrapKv: (driver) => disturb(driver, random),
          wrapBlobs: (driver) => disturb(driver, random),
        }).tables;
      let working = true;
      const positions: number[] = [];
      const write = async (writer: number): Promise<void> => {
        const tables = open();
        for (let index = 0; index < 20; index++) {
          const value = writer * 100 + index;
          const batch = index % 5 === 0 ? large(value) : numbers(value);
          positions[value] = await tables.append(table, batch, { id: String(value) });
        }
      };
      const maintain = async (): Promise<void> => {
        while (working) await open().compact(table, { targetRows: 4 + random.integer(20) });
      };
      const drop = async (): Promise<void> => {
        for (let round = 0; round < 3; round++) {
          for (let turns = 20 + random.integer(40); turns > 0; turns--)
            await new Promise((resolve) => setImmediate(resolve));
          const gone = [...positions.keys()].filter((value) => positions[value] !== undefined);
          await open().drop(table);
          const left = await valuesIn(open(), table);
          expect(gone.filter((value) => left.includes(value))).toEqual([]);
        }
      };
      const background = [maintain(), maintain()];
      await Promise.all([write(0), write(1), write(2), drop(), drop()]);
      working = false;
      await Promise.all(background);
      const left = await valuesIn(open(), table);
      // What is left are the last appended, without a hole.
      const order = [...positions.keys()]
        .filter((value) => positions[value] !== undefined)
        .sort((a, b) => positions[a]! - positions[b]!);
      expect(left).toEqual(left.length === 0 ? [] : order.slice(-left.length));
      await open().drop(table);
      expect(await scanned(open(), table)).toEqual([]);
    },
  );
});
