import { coreError, messageOf } from "../errors/create.js";
import { arrayConstructor, fixedColumn, isFixedType } from "./arrays.js";
import { maximumRows, problemOfColumn } from "./check.js";
import type { Column, ColumnBatch } from "./column.js";
import {
  aligned,
  batchMagic,
  bufferSizes,
  type EncodedColumn,
  prefixBytes,
  requireLittleEndian,
} from "./format.js";
import { unpackText } from "./text.js";

/** How to decode. */
export interface DecodeBatchOptions {
  /** Only these columns; names that are not there are ignored. Default: all. */
  readonly columns?: readonly string[] | undefined;
}

/**
 * The batch of bytes that {@link encodeBatch} wrote. Arrays are views on `source` wherever their alignment permits (it does if
 * `source` begins at a multiple of 8 of its buffer), so do not change `source` afterwards. What was read is checked so that
 * every value can be reached safely.
 *
 * @throws {MillwrightError} `CORRUPT` if the bytes are malformed, cut short or have something behind them;
 *   `FORMAT_TOO_NEW` if a newer release wrote them
 */
export function decodeBatch(source: Uint8Array, options: DecodeBatchOptions = {}): ColumnBatch {
  requireLittleEndian();
  // A Node Buffer has methods of its own under the names of Uint8Array's.
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.length);
  const { rows, columns, start } = readHeader(bytes);
  const wanted = options.columns === undefined ? undefined : new Set(options.columns);
  const decoded: [string, Column][] = [];
  let position = start;
  for (const column of columns) {
    const sizes = bufferSizes(
      column,
      rows,
      isFixedType(column.type) ? arrayConstructor(column.type).BYTES_PER_ELEMENT : 0,
    );
    const buffers = sizes.map((size) => {
      const buffer = bytes.subarray(position, position + size);
      position += aligned(size);
      return buffer;
    });
    if (position > bytes.length)
      throw corrupt(`the column ${JSON.stringify(column.name)} ends behind the bytes`);
    if (wanted?.has(column.name) !== false) decoded.push([column.name, readColumn(column, rows, buffers)]);
  }
  if (position !== bytes.length) throw corrupt(`${bytes.length - position} bytes follow the last column`);
  return { rows, columns: Object.fromEntries(decoded) };
}

function readHeader(bytes: Uint8Array): { rows: number; columns: readonly EncodedColumn[]; start: number } {
  if (bytes.length < prefixBytes) throw corrupt("it is shorter than its prefix");
  for (const index of [0, 1, 2, 3])
    if (bytes[index] !== batchMagic[index]) throw corrupt("it does not begin with MWCB");
  if (bytes[4]! > batchMagic[4]!) {
    throw coreError(
      "FORMAT_TOO_NEW",
      `the batch has format version ${bytes[4]}; upgrade @millwright/core to read it`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, prefixBytes);
  const start = prefixBytes + view.getUint32(8, true);
  const zeros = bytes[5]! | bytes[6]! | bytes[7]! | view.getUint32(12, true);
  if (bytes[4] !== batchMagic[4] || zeros !== 0 || start % 8 !== 0 || start > bytes.length)
    throw corrupt("the prefix is malformed");
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(prefixBytes, start)));
  } catch (cause) {
    throw corrupt(`the header does not read: ${messageOf(cause)}`);
  }
  const { rows, columns } = (header ?? {}) as { rows?: unknown; columns?: unknown };
  if (!isCount(rows) || !Array.isArray(columns)) throw corrupt("the header has no rows or no columns");
  const names = new Set<string>();
  for (const column of columns as unknown[]) {
    if (!isEncodedColumn(column) || names.has(column.name))
      throw corrupt("the header has a malformed column");
    names.add(column.name);
  }
  return { rows, columns: columns as EncodedColumn[], start };
}

function isEncodedColumn(value: unknown): value is EncodedColumn {
  if (typeof value !== "object" || value === null) return false;
  const { name, type, validity, bytes, entries } = value as Record<keyof EncodedColumn, unknown>;
  if (typeof name !== "string" || typeof type !== "string" || (validity !== undefined && validity !== true))
    return false;
  if (type === "dictionary") return isCount(bytes) && isCount(entries);
  return type === "string" || type === "bytes" ? isCount(bytes) : isFixedType(type);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= maximumRows;
}

function readColumn(encoded: EncodedColumn, rows: number, buffers: Uint8Array[]): Column {
  const { type, name } = encoded;
  const validity = encoded.validity === true ? buffers.shift() : undefined;
  let column: Column;
  if (type === "dictionary") {
    const packed = { offsets: int32View(buffers[1]!, encoded.entries! + 1), data: buffers[2]! };
    const problem = problemOfColumn({ type: "string", ...packed }, encoded.entries!);
    if (problem !== undefined) throw corrupt(`the dictionary of ${JSON.stringify(name)}: ${problem}`);
    column = { type, codes: int32View(buffers[0]!, rows), dictionary: unpackText(packed), validity };
  } else if (type === "string" || type === "bytes") {
    column = { type, offsets: int32View(buffers[0]!, rows + 1), data: buffers[1]!, validity };
  } else {
    const Constructor = arrayConstructor(type);
    const values = alignedTo(buffers[0]!, Constructor.BYTES_PER_ELEMENT);
    column = fixedColumn(type, new Constructor(values.buffer, values.byteOffset, rows), validity);
  }
  const problem = problemOfColumn(column, rows);
  if (problem !== undefined) throw corrupt(`the column ${JSON.stringify(name)}: ${problem}`);
  return column;
}

function int32View(bytes: Uint8Array, length: number): Int32Array {
  const source = alignedTo(bytes, 4);
  return new Int32Array(source.buffer, source.byteOffset, length);
}

function alignedTo(bytes: Uint8Array, alignment: number): Uint8Array {
  return bytes.byteOffset % alignment === 0 ? bytes : new Uint8Array(bytes);
}

function corrupt(problem: string): Error {
  return coreError("CORRUPT", `the encoded batch cannot be read: ${problem}`);
}
