import type { BlobDriver } from "../../blobs/driver.js";
import { createBlobStore } from "../../blobs/create-blob-store.js";
import type { BlobStore } from "../../blobs/blob-store.js";
import { batchFromColumns } from "../../columns/build.js";
import type { ColumnBatch } from "../../columns/column.js";
import { rowsOf } from "../../columns/values.js";
import { createKvStore } from "../../kv/create-kv-store.js";
import type { KvDriver } from "../../kv/driver.js";
import type { Key } from "../../kv/key.js";
import type { KvStore } from "../../kv/kv-store.js";
import { memoryBlobs } from "../../memory/memory-blobs.js";
import { memoryKv } from "../../memory/memory-kv.js";
import type { Clock } from "../../time/clock.js";
import { systemClock } from "../../time/clock.js";
import { createTableStore } from "../create-table-store.js";
import type { TableScanOptions, TableStore } from "../table-store.js";

/** A table store in memory, with what lies beneath. */
export interface OpenTables {
  readonly tables: TableStore;
  readonly kv: KvStore;
  readonly blobs: BlobStore;
}

/** Opens a table store over drivers in memory, which `wrap…` may disturb. */
export function openTables(
  options: {
    readonly kvDriver?: KvDriver;
    readonly blobDriver?: BlobDriver;
    readonly wrapKv?: (driver: KvDriver) => KvDriver;
    readonly wrapBlobs?: (driver: BlobDriver) => BlobDriver;
  } = {},
): OpenTables {
  const { kvDriver = memoryKv(), blobDriver = memoryBlobs(), wrapKv = (driver) => driver, wrapBlobs = (driver) => driver } = options;
  const clock: Clock = { ...systemClock(), sleep: () => new Promise((resolve) => setImmediate(resolve)) };
  const kv = createKvStore(wrapKv(kvDriver), { namespace: "test", clock, retry: { attempts: 1 } });
  const blobs = createBlobStore(wrapBlobs(blobDriver), { kv, clock });
  return { tables: createTableStore({ kv, blobs, clock }), kv, blobs };
}

/** A batch of one column of numbers. */
export function numbers(...values: number[]): ColumnBatch {
  return batchFromColumns({ x: Float64Array.from(values) });
}

/** A batch that is too large for its entry: `x` as given, and a wide column of bytes. */
export function large(...values: number[]): ColumnBatch {
  const noise = new Float64Array(values.length * 7_000);
  const data = new Uint8Array(noise.buffer);
  for (let index = 0; index < data.length; index++) data[index] = (index * 31 + values[0]!) % 251;
  const offsets = Int32Array.from({ length: values.length + 1 }, (_, row) => row * 56_000);
  return batchFromColumns({ x: Float64Array.from(values), wide: { type: "bytes", offsets, data } });
}

/** What a scan gives: positions and the values of `x`. */
export async function scanned(tables: TableStore, table: Key, options?: TableScanOptions): Promise<[number, number[]][]> {
  const found: [number, number[]][] = [];
  for await (const { position, batch } of tables.scan(table, options)) {
    found.push([position, [...rowsOf(batch)].map((row) => row.x as number)]);
  }
  return found;
}

/** All values of `x` in order. */
export async function valuesIn(tables: TableStore, table: Key, options?: TableScanOptions): Promise<number[]> {
  return (await scanned(tables, table, options)).flatMap(([, values]) => values);
}

/** Keys of the store, as JSON without the versions. */
export async function keysIn(kv: KvStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key, expiresAt } of kv.list({ start: [""], end: [10n] })) {
    if (expiresAt === undefined) keys.push(JSON.stringify(key));
  }
  return keys;
}
