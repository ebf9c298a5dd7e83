import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createRandom, type Key, type Storage } from "@millwright/core";
import { batchFromColumns } from "@millwright/core/columns";
import { openLocalStorage } from "@millwright/core/local";
import type { Comparison } from "../harness/comparison.js";

/** The points, in batches of so many rows: few large ones, and ones of the size to which tables are compacted. */
const batchRows = [1_000_000, 65_536] as const;

/** Appends in flight where they need not wait for each other. */
const together = 8;

/** Comparisons of tables on local storage with one file, and what to close when they are done. */
export interface TableComparisons {
  readonly storage: Storage;
  readonly comparisons: readonly Comparison[];
}

/** Appends and scans `points` float64 of noise. A call is the whole table. */
export async function compareTables(folder: string, seed: number, points: number): Promise<TableComparisons> {
  const random = createRandom(seed);
  const values = Float64Array.from({ length: points }, () => random.next());
  const storage = await openLocalStorage(join(folder, "tables"));
  const comparisons: Comparison[] = [];
  for (const rows of batchRows) {
    const batches = cut(values, rows);
    const path = join(folder, `points-${rows}`);
    const what = `${batches.length} batches`;
    const common = {
      subject: "table",
      operations: 1,
      bytes: values.byteLength,
      unit: "bandwidth",
      warmUp: 1,
    } as const;
    let table = 0;
    // Equal batches have equal digests and would not be written again: each table is another one.
    const renew = async (side: "ours" | "raw"): Promise<void> => {
      if (side === "raw") return;
      await removeTable(storage, ["points", rows, table]);
      table++;
      for (const batch of batches) batch[0] = table + rows;
    };
    const append = {
      call: `tables.append, ${what}`,
      run: async () => {
        let position = 0;
        for (const batch of batches)
          position = await storage.tables.append(["points", rows, table], batchFromColumns({ value: batch }));
        return position;
      },
    };
    const appendTogether = {
      call: `tables.append, ${what}, ${together} at once`,
      run: async () => {
        let position = 0;
        for (let start = 0; start < batches.length; start += together)
          for (const given of await Promise.all(
            batches
              .slice(start, start + together)
              .map((batch) =>
                storage.tables.append(["points", rows, table], batchFromColumns({ value: batch })),
              ),
          ))
            position = Math.max(position, given);
        return position;
      },
    };
    const shared = { ...common, operation: "append", ours: append, prepare: renew, aim: 2 };
    comparisons.push(
      {
        ...shared,
        raw: { call: `one file, ${what}, fdatasync at the end`, run: () => writeFile(path, batches, false) },
      },
      {
        ...shared,
        raw: { call: `one file, fdatasync after each of ${what}`, run: () => writeFile(path, batches, true) },
      },
      {
        ...shared,
        ours: appendTogether,
        remark: `ours ${together} at once`,
        raw: {
          call: `one file, fdatasync after each of ${what}`,
          run: () => writeFile(path, batches, true),
        },
      },
      {
        ...common,
        operation: "scan",
        aim: 2,
        ours: {
          call: `tables.scan, ${what}`,
          run: async () => {
            let sum = 0;
            for await (const { batch } of storage.tables.scan(["points", rows, table]))
              sum += sumOf(batch.columns.value!.type === "float64" ? batch.columns.value!.values : []);
            return sum;
          },
        },
        raw: { call: `one file, read in ${what}`, run: () => readFile(path, batches) },
      },
    );
  }
  return { storage, comparisons };
}

/** Gives the space back at once, which only a benchmark may: collection waits for readers. */
async function removeTable(storage: Storage, table: Key): Promise<void> {
  await storage.tables.drop(table);
  for await (const { digest } of storage.blobs.list()) await storage.blobs.delete(digest);
}

function cut(values: Float64Array, rows: number): Float64Array<ArrayBuffer>[] {
  const batches: Float64Array<ArrayBuffer>[] = [];
  for (let start = 0; start < values.length; start += rows) batches.push(values.slice(start, start + rows));
  return batches;
}

function writeFile(path: string, batches: readonly Float64Array[], syncEach: boolean): number {
  const file = openSync(path, "w");
  let bytes = 0;
  for (const batch of batches) {
    bytes += writeSync(file, new Uint8Array(batch.buffer, batch.byteOffset, batch.byteLength));
    if (syncEach) fdatasyncSync(file);
  }
  fdatasyncSync(file);
  closeSync(file);
  return bytes;
}

function readFile(path: string, batches: readonly Float64Array[]): number {
  const file = openSync(path, "r");
  let sum = 0;
  for (const { length } of batches) {
    const values = new Float64Array(length);
    readSync(file, new Uint8Array(values.buffer));
    sum += sumOf(values);
  }
  closeSync(file);
  return sum;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum;
}
