import type { Data, DataType, Table } from "apache-arrow";
import { invalidArgument } from "../../errors/create.js";
import { bitmapBytes, copyBitmap, setBit } from "../bitmap.js";
import { checkBatch } from "../check.js";
import type { Column, ColumnBatch } from "../column.js";
import { packText } from "../text.js";
import { isNull, nullCount } from "../values.js";
import { type Arrow, arrowType, loadArrow } from "./types.js";

/**
 * A batch as an Arrow table of one record batch. Numbers, strings and bytes share their memory with the batch. A timestamp
 * becomes `Timestamp<MICROSECOND, UTC>`, a dictionary `Dictionary<Utf8, Int32>`.
 *
 * Needs the package `apache-arrow`.
 *
 * @throws {MillwrightError} `MISSING_DEPENDENCY`; `INVALID_ARGUMENT` if the batch is malformed
 *
 * @example
 * ```ts
 * import { batchFromColumns, toArrow } from "@millwright/core/columns";
 *
 * const table = await toArrow(batchFromColumns({ loss: Float64Array.of(0.7, 0.4) }));
 * console.log(table.numRows); // 2
 * ```
 */
export async function toArrow(batch: ColumnBatch): Promise<Table> {
  return tableOf(await loadArrow(), [batch]);
}

/**
 * Batches as the bytes of an Arrow IPC stream, one record batch each; `format: "file"` gives the file format (Feather 2).
 * The batches have the same columns. Needs the package `apache-arrow`.
 */
export async function toArrowIpc(
  batches: ColumnBatch | readonly ColumnBatch[],
  options: { readonly format?: "stream" | "file" | undefined } = {},
): Promise<Uint8Array> {
  const arrow = await loadArrow();
  const list = Array.isArray(batches) ? (batches as readonly ColumnBatch[]) : [batches as ColumnBatch];
  if (list.length === 0) throw invalidArgument("batches", "there is no batch, so no columns are known");
  return arrow.tableToIPC(tableOf(arrow, list), options.format ?? "stream");
}

function tableOf(arrow: Arrow, batches: readonly ColumnBatch[]): Table {
  const names = Object.keys(batches[0]!.columns);
  const columns = batches.map((batch, index) => {
    checkBatch(batch, batches.length === 1 ? "batch" : `batches[${index}]`);
    if (Object.keys(batch.columns).join("\0") !== names.join("\0"))
      throw invalidArgument(`batches[${index}]`, "it has other columns than the first");
    return names.map((name) => dataOf(arrow, batch.columns[name]!, batch.rows, name));
  });
  const fields = names.map((name, index) => {
    const nullable = batches.some((batch) => batch.columns[name]!.validity !== undefined);
    return new arrow.Field(name, columns[0]![index]!.type, nullable);
  });
  const schema = new arrow.Schema(fields);
  const struct = new arrow.Struct(fields);
  const recordBatches = columns.map((children, index) => {
    const data = arrow.makeData({ type: struct, length: batches[index]!.rows, nullCount: 0, children });
    return new arrow.RecordBatch(schema, data as never);
  });
  return new arrow.Table(schema, recordBatches as never) as unknown as Table;
}

function dataOf(arrow: Arrow, column: Column, length: number, name: string): Data<DataType> {
  const nulls = nullCount(column);
  const validity = nulls === 0 ? undefined : copyBitmap(column.validity!, length);
  const common = { length, nullCount: nulls, nullBitmap: validity };
  const make = arrow.makeData as unknown as (props: Record<string, unknown>) => Data<DataType>;
  if (column.type === "dictionary") {
    const packed = packText(column.dictionary, name);
    const utf8 = new arrow.Utf8();
    const values = make({
      type: utf8,
      length: column.dictionary.length,
      nullCount: 0,
      valueOffsets: packed.offsets,
      data: packed.data,
    });
    const dictionary = new arrow.Vector([values]);
    return make({
      ...common,
      type: new arrow.Dictionary(utf8, new arrow.Int32()),
      data: column.codes,
      dictionary,
    });
  }
  const type = arrowType(arrow, column.type);
  if (column.type === "string" || column.type === "bytes") {
    return make({ ...common, type, valueOffsets: column.offsets, data: column.data });
  }
  if (column.type === "bool") {
    const bits = new Uint8Array(bitmapBytes(length));
    for (let row = 0; row < length; row++) if (column.values[row] === 1) setBit(bits, row);
    return make({ ...common, type, data: bits });
  }
  if (column.type === "timestamp") {
    const micros = new BigInt64Array(length);
    for (let row = 0; row < length; row++) {
      if (isNull(column, row)) continue;
      const time = column.values[row]!;
      if (!Number.isSafeInteger(time))
        throw invalidArgument(`batch.columns.${name}`, `row ${row} is ${time}, not whole microseconds`);
      micros[row] = BigInt(time);
    }
    return make({ ...common, type, data: micros });
  }
  return make({ ...common, type, data: column.values });
}
