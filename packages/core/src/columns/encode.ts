import { toCanonicalJson } from "../encoding/canonical-json.js";
import type { StructuredValue } from "../encoding/structured-value.js";
import { bytesOf } from "./arrays.js";
import { copyBitmap } from "./bitmap.js";
import { checkBatch } from "./check.js";
import type { Column, ColumnBatch } from "./column.js";
import {
  aligned,
  batchMagic,
  type EncodedColumn,
  type EncodedHeader,
  prefixBytes,
  requireLittleEndian,
} from "./format.js";
import { packText } from "./text.js";

/**
 * A batch as bytes: 16 bytes of magic and length, a header in JSON, then the arrays as they lie in memory (little-endian),
 * each at a multiple of 8. Every bit survives, those of NaN included. The format is versioned and read for ever.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if the arrays of the batch do not fit together
 *
 * @example
 * ```ts
 * import { batchFromColumns, decodeBatch, encodeBatch } from "@millwright/core/columns";
 *
 * const bytes = encodeBatch(batchFromColumns({ loss: Float64Array.of(0.7, 0.4) }));
 * console.log(decodeBatch(bytes).rows); // 2
 * ```
 */
export function encodeBatch(batch: ColumnBatch): Uint8Array<ArrayBuffer> {
  requireLittleEndian();
  checkBatch(batch);
  const { rows } = batch;
  const columns: EncodedColumn[] = [];
  const buffers: Uint8Array[] = [];
  for (const [name, column] of Object.entries(batch.columns)) {
    const encoded = encodeColumn(column, rows);
    if (column.validity !== undefined) {
      buffers.push(copyBitmap(column.validity, rows));
      columns.push({ name, ...encoded.header, validity: true });
    } else {
      columns.push({ name, ...encoded.header });
    }
    buffers.push(...encoded.buffers);
  }
  const content: EncodedHeader = { rows, columns };
  const header = new TextEncoder().encode(toCanonicalJson(content as unknown as StructuredValue, "batch"));
  const start = prefixBytes + aligned(header.length);
  const size = buffers.reduce((sum, buffer) => sum + aligned(buffer.length), start);
  const bytes = new Uint8Array(size);
  bytes.set(batchMagic);
  new DataView(bytes.buffer).setUint32(8, start - prefixBytes, true);
  bytes.fill(0x20, prefixBytes, start);
  bytes.set(header, prefixBytes);
  let position = start;
  for (const buffer of buffers) {
    bytes.set(buffer, position);
    position += aligned(buffer.length);
  }
  return bytes;
}

function encodeColumn(
  column: Column,
  rows: number,
): { header: Omit<EncodedColumn, "name">; buffers: Uint8Array[] } {
  const { type } = column;
  if (type === "dictionary") {
    const { offsets, data } = packText(column.dictionary, "dictionary");
    const header = { type, entries: column.dictionary.length, bytes: data.length };
    return { header, buffers: [bytesOf(column.codes), bytesOf(offsets), data] };
  }
  if (type === "string" || type === "bytes") {
    const data = column.data.subarray(0, column.offsets[rows]);
    return { header: { type, bytes: data.length }, buffers: [bytesOf(column.offsets), data] };
  }
  return { header: { type }, buffers: [bytesOf(column.values)] };
}
