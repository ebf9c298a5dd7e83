import type { Column } from "../columns/column.js";
import type { ColumnValues } from "../columns/column-values.js";
import type { Dictionary } from "../columns/dictionary.js";
import type { DocumentTable } from "../columns/table.js";
import { toTagged } from "../columns/tagged-json.js";
import { SectionWriter } from "./sections.js";

/** What the header of a snapshot says of a column; its sections follow in the order of the columns. */
export interface EncodedColumn {
  readonly entity: string;
  readonly key: string;
  readonly kind: ColumnValues["kind"];
  /** Values. */
  readonly count: number;
  /** Whether every document has one: then there is no section of rows. */
  readonly full: boolean;
  /** Bytes of a code: 1, 2 or 4. */
  readonly codeBytes?: number | undefined;
}

/** The header of a snapshot. */
export interface EncodedTable {
  readonly documents: number;
  /** Distinct sets of columns that documents have. */
  readonly shapes: number;
  readonly columns: readonly EncodedColumn[];
}

/**
 * A table as the pieces of a blob: identifiers; which shape each document has, and the columns of each shape; then the rows and values of
 * each column. Free rows are left out, and columns are written the same whether they are dense or sparse in memory.
 */
export function encodeTable(table: DocumentTable): Uint8Array[] {
  const writer = new SectionWriter();
  const rows = liveRows(table);
  const columns = table.columns.filter((column) => column !== undefined);
  writer.writeJson(rows.list.map((row) => table.ids[row]));
  const shapes = writeShapes(writer, table, rows.list, columns);
  const encoded = columns.map((column) => writeColumn(writer, column, rows));
  const content: EncodedTable = { documents: rows.list.length, shapes, columns: encoded };
  return writer.finish(content);
}

/** The rows that hold documents, and the new number of each. */
interface LiveRows {
  readonly list: readonly number[];
  readonly newNumber: Uint32Array;
}

function liveRows(table: DocumentTable): LiveRows {
  const list: number[] = [];
  const newNumber = new Uint32Array(table.extent);
  for (let row = 0; row < table.extent; row++) {
    if (table.live[row] === 0) continue;
    newNumber[row] = list.length;
    list.push(row);
  }
  return { list, newNumber };
}

function writeShapes(
  writer: SectionWriter,
  table: DocumentTable,
  rows: readonly number[],
  columns: readonly Column[],
): number {
  const newNumber = new Uint32Array(table.columns.length);
  for (const [index, column] of columns.entries()) newNumber[column.number] = index;
  const numbers = new Map<Uint32Array, number>();
  const shapeOf = new Uint32Array(rows.length);
  let total = 0;
  for (const [index, row] of rows.entries()) {
    const shape = table.columnsOf(row);
    let number = numbers.get(shape);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(shape, number);
      total += shape.length;
    }
    shapeOf[index] = number;
  }
  const lengths = new Uint32Array(numbers.size);
  const members = new Uint32Array(total);
  let position = 0;
  for (const [shape, number] of numbers) {
    lengths[number] = shape.length;
    for (const column of shape) members[position++] = newNumber[column]!;
  }
  writer.write(shapeOf);
  writer.write(lengths);
  writer.write(members);
  return numbers.size;
}

function writeColumn(writer: SectionWriter, column: Column, live: LiveRows): EncodedColumn {
  const { entity, key, count, values } = column;
  const full = count === live.list.length;
  const slots = slotsOf(column);
  if (!full) writer.write(slots.rows.map((row) => live.newNumber[row]!));
  const header: EncodedColumn = { entity, key, kind: values.kind, count, full };
  switch (values.kind) {
    case "number": {
      const numbers = new Float64Array(count);
      for (let index = 0; index < count; index++) numbers[index] = values.numbers[slots.slots[index]!]!;
      writer.write(numbers);
      return header;
    }
    case "list":
    case "text": {
      const codes = new Uint32Array(count);
      for (let index = 0; index < count; index++) codes[index] = values.codes[slots.slots[index]!]!;
      return { ...header, codeBytes: writeCodes(writer, codes, values.dictionary) };
    }
    default:
      writer.writeJson(Array.from(slots.slots, (slot) => toTagged(values.get(slot))));
      return header;
  }
}

/** The rows of a column in order, and where their values lie. */
function slotsOf(column: Column): { readonly rows: Uint32Array; readonly slots: Uint32Array } {
  const { presence, count } = column;
  if (presence === undefined) {
    const slots = new Uint32Array(count);
    for (let slot = 0; slot < count; slot++) slots[slot] = slot;
    return { rows: column.rows.subarray(0, count), slots };
  }
  const rows = new Uint32Array(count);
  let found = 0;
  for (let row = 0; found < count; row++) if (presence[row] === 1) rows[found++] = row;
  return { rows, slots: rows };
}

/** Writes the texts that are in use, in the order in which they come, and codes that count them from 0. */
function writeCodes(writer: SectionWriter, codes: Uint32Array, dictionary: Dictionary): number {
  const newCode = new Uint32Array(dictionary.extent);
  const texts: string[] = [];
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index]!;
    if (newCode[code] === 0) {
      texts.push(dictionary.texts[code]!);
      newCode[code] = texts.length;
    }
    codes[index] = newCode[code]! - 1;
  }
  writer.writeJson(texts);
  const codeBytes = texts.length <= 0x100 ? 1 : texts.length <= 0x10000 ? 2 : 4;
  writer.write(codeBytes === 1 ? Uint8Array.from(codes) : codeBytes === 2 ? Uint16Array.from(codes) : codes);
  return codeBytes;
}
