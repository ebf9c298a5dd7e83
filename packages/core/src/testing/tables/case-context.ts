import { batchFromColumns } from "../../columns/build.js";
import type { ColumnBatch } from "../../columns/column.js";
import { rowsOf } from "../../columns/values.js";
import { createIdentifierHex } from "../../identity/identifier.js";
import type { Key } from "../../kv/key.js";
import type { Storage } from "../../storage/storage.js";
import type { TableScanOptions, TableStore } from "../../tables/table-store.js";
import type { TableConformanceOptions } from "./options.js";

/** What a case about tables works with. */
export interface TableCase {
  readonly tables: TableStore;
  readonly writers: number;
  /** Stores of the same tables to spread concurrent work over. */
  spread(): Promise<readonly TableStore[]>;
}

/** Opens a place for a case, runs it, and closes whatever it opened. */
export async function withTableCase(
  options: TableConformanceOptions,
  run: (context: TableCase) => Promise<void>,
): Promise<void> {
  const place = `case_${createIdentifierHex().slice(-16)}`;
  const opened: Pick<Storage, "tables" | "close">[] = [];
  const open = async (): Promise<TableStore> => {
    const storage = await options.open(place);
    opened.push(storage);
    return storage.tables;
  };
  try {
    const tables = await open();
    await run({
      tables,
      writers: options.writers ?? 6,
      spread: async () => (options.shared ? [tables, await open()] : [tables]),
    });
  } finally {
    for (const storage of opened) await storage.close();
    await options.remove?.(place);
  }
}

/** The table of cases that need only one. */
export const table: Key = ["metrics", "run-1"];

/** A batch of one column of numbers, `x`. */
export function numbers(...values: number[]): ColumnBatch {
  return batchFromColumns({ x: Float64Array.from(values) });
}

/** A batch with `x` as given, and so many bytes a row beside it that it is large. */
export function wide(values: readonly number[], bytesEach = 40_000): ColumnBatch {
  const offsets = Int32Array.from({ length: values.length + 1 }, (_, row) => row * bytesEach);
  const data = Uint8Array.from(
    { length: values.length * bytesEach },
    (_, index) => (index * 31 + (values[0] ?? 0)) % 251,
  );
  return batchFromColumns({ x: Float64Array.from(values), wide: { type: "bytes", offsets, data } });
}

/** Whole numbers from `first` up to, and without, `end`. */
export function upTo(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

/** What a scan gives: positions, with the values of `x`. */
export async function scanned(
  tables: TableStore,
  options?: TableScanOptions,
  of = table,
): Promise<[number, number[]][]> {
  const found: [number, number[]][] = [];
  for await (const { position, batch } of tables.scan(of, options)) {
    found.push([position, [...rowsOf(batch)].map((row) => row.x as number)]);
  }
  return found;
}

/** All values of `x`, in order. */
export async function valuesIn(
  tables: TableStore,
  options?: TableScanOptions,
  of = table,
): Promise<number[]> {
  return (await scanned(tables, options, of)).flatMap(([, values]) => values);
}
