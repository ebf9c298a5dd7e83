import type { CallOptions } from "../../cancellation/abort.js";
import { coreError, invalidArgument, messageOf } from "../../errors/create.js";
import { MillwrightError } from "../../errors/millwright-error.js";
import type { ColumnSpec } from "../../signature/column-spec.js";
import { columnFrom } from "../build.js";
import type { Column, ColumnBatch } from "../column.js";
import { concatBatches } from "../concat.js";
import { loadOptional } from "../optional-package.js";
import { type OpenSource, openSource, type ParquetSource } from "./source.js";
import { specOfField } from "./types.js";
import { columnOfValues, parquetParsers } from "./values.js";

/** How to read a Parquet file. */
export interface ReadParquetOptions extends CallOptions {
  /** Only these columns, in this order; the others are not read. Default: all. */
  readonly columns?: readonly string[] | undefined;
}

/**
 * Reads a Parquet file whole. Timestamps keep their microseconds (nanoseconds are rounded down). Compression by Snappy is
 * built in; for gzip, brotli, LZ4 and zstd install `hyparquet-compressors`.
 *
 * Needs the package `hyparquet`.
 *
 * @throws {MillwrightError} `MISSING_DEPENDENCY`; `NOT_FOUND` if there is no file at the path; `CORRUPT` if it is damaged or no
 *   Parquet file; `UNSUPPORTED` for a column of lists, maps or structs; `INVALID_ARGUMENT` if there is no column of a name
 *
 * @example
 * ```ts
 * import { readParquet } from "@millwright/core/columns";
 *
 * const batch = await readParquet("applications.parquet", { columns: ["income", "region"] });
 * console.log(batch.rows);
 * ```
 */
export async function readParquet(
  source: ParquetSource,
  options: ReadParquetOptions = {},
): Promise<ColumnBatch> {
  const batches: ColumnBatch[] = [];
  let empty: ColumnBatch | undefined;
  for await (const batch of readAll(source, options, (specs) => (empty = emptyBatch(specs))))
    batches.push(batch);
  return batches.length === 0 ? empty! : concatBatches(batches);
}

/**
 * Reads a Parquet file row group by row group, each as one batch, so that files larger than memory can be read. See
 * {@link readParquet}.
 */
export function readParquetBatches(
  source: ParquetSource,
  options: ReadParquetOptions = {},
): AsyncIterable<ColumnBatch> {
  return readAll(source, options, () => {});
}

async function* readAll(
  source: ParquetSource,
  { columns, signal }: ReadParquetOptions,
  onSpecs: (specs: readonly ColumnSpec[]) => void,
): AsyncGenerator<ColumnBatch, void, undefined> {
  signal?.throwIfAborted();
  const { parquetMetadataAsync, parquetScan, parquetSchema } = await loadOptional(
    "hyparquet",
    "reading Parquet",
    () => import("hyparquet"),
  );
  const opened = await openSource(source, signal);
  try {
    const metadata = await guarded(opened, () => parquetMetadataAsync(opened.file, { geoparquet: false }));
    const fields = new Map(parquetSchema(metadata).children.map(({ element }) => [element.name, element]));
    const names = columns === undefined ? [...fields.keys()] : [...new Set(columns)];
    const specs = names.map((name, index) => {
      const field = fields.get(name);
      if (field === undefined)
        throw invalidArgument(`columns[${index}]`, `${opened.name} has no column ${JSON.stringify(name)}`);
      return specOfField(field, opened.name);
    });
    onSpecs(specs);
    const codecs = new Set(
      metadata.row_groups.flatMap((group) => group.columns.map((column) => column.meta_data?.codec)),
    );
    const compressors = [...codecs].some((codec) => codec !== "SNAPPY" && codec !== "UNCOMPRESSED")
      ? (
          await loadOptional(
            "hyparquet-compressors",
            `reading ${[...codecs].join(", ")}`,
            () => import("hyparquet-compressors"),
          )
        ).compressors
      : undefined;
    const scan = await guarded(opened, () =>
      parquetScan({
        file: opened.file,
        metadata,
        columns: names,
        parsers: parquetParsers,
        utf8: false,
        useOffsetIndex: false,
        ...(compressors === undefined ? {} : { compressors }),
      }),
    );
    for (const { rowStart, rowEnd } of scan.ranges) {
      signal?.throwIfAborted();
      const read: [string, Column][] = [];
      for (const spec of specs) {
        const column = await guarded(opened, async () => {
          const values = await scan.readColumn({ column: spec.name, rowStart, rowEnd });
          return columnOfValues(spec, values, rowEnd - rowStart);
        });
        read.push([spec.name, column]);
      }
      yield { rows: rowEnd - rowStart, columns: Object.fromEntries(read) };
    }
  } finally {
    await opened.close();
  }
}

/** The reader throws plain errors at damaged bytes; those of the file beneath it are something else. */
async function guarded<Result>(source: OpenSource, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (source.failure !== undefined) throw source.failure;
    if (MillwrightError.is(cause)) throw cause;
    throw coreError("CORRUPT", `${source.name} cannot be read as Parquet: ${messageOf(cause)}`, { cause });
  }
}

function emptyBatch(specs: readonly ColumnSpec[]): ColumnBatch {
  return {
    rows: 0,
    columns: Object.fromEntries(specs.map(({ name, type }) => [name, columnFrom(type, [])])),
  };
}
