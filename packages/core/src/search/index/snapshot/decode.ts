import { Column } from "../columns/column.js";
import type { ColumnValues } from "../columns/column-values.js";
import { Dictionary } from "../columns/dictionary.js";
import { roomFor } from "../columns/grow.js";
import { ListValues } from "../columns/list-values.js";
import { DocumentTable } from "../columns/table.js";
import { fromTagged, fromTaggedText } from "../columns/tagged-json.js";
import { GeneralValues, NumberValues, TextValues } from "../columns/values.js";
import type { EncodedColumn, EncodedTable } from "./encode.js";
import { damaged, SectionReader } from "./sections.js";

/** The table of a snapshot. @throws whatever: a snapshot that does not decode is damaged, and the index is built anew */
export function decodeTable(bytes: Uint8Array): DocumentTable {
  const reader = new SectionReader(bytes);
  const { documents, shapes, columns } = reader.content as EncodedTable;
  const ids = reader.readJson() as string[];
  if (ids.length !== documents) throw damaged("not every document has an identifier");
  const shapesOfRows = readShapes(reader, documents, shapes, columns.length);
  const decoded = columns.map((column, number) => readColumn(reader, column, number, documents));
  return DocumentTable.from({ ids, columns: decoded, shapes: shapesOfRows });
}

function readShapes(
  reader: SectionReader,
  documents: number,
  shapes: number,
  columns: number,
): Uint32Array[] {
  const shapeOf = reader.read(Uint32Array, documents);
  const lengths = reader.read(Uint32Array, shapes);
  const members = reader.read(
    Uint32Array,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  if (members.some((column) => column >= columns)) throw damaged("a document has a column that is not there");
  const distinct: Uint32Array[] = [];
  let position = 0;
  for (const length of lengths) {
    distinct.push(members.subarray(position, position + length));
    position += length;
  }
  return Array.from(
    shapeOf,
    (number) => distinct[number] ?? fail("a document has a shape that is not there"),
  );
}

function readColumn(
  reader: SectionReader,
  { entity, key, kind, count, full, codeBytes }: EncodedColumn,
  number: number,
  documents: number,
): Column {
  const rows = full ? undefined : reader.read(Uint32Array, count);
  if (rows !== undefined && !isAscending(rows, documents))
    throw damaged("the rows of a column are out of order");
  const packed = readValues(reader, kind, count, codeBytes);
  return Column.packed(entity, key, number, packed, { rows, count, extent: documents });
}

function readValues(
  reader: SectionReader,
  kind: ColumnValues["kind"],
  count: number,
  codeBytes: number | undefined,
): ColumnValues {
  if (kind === "number") return new NumberValues(reader.read(Float64Array, count));
  if (kind === "text" || kind === "list") {
    const texts = reader.readJson() as string[];
    // What is no JSON is found out now, and not by a search.
    if (kind === "list") for (const text of texts) fromTaggedText(text);
    const packed =
      codeBytes === 1
        ? reader.read(Uint8Array, count)
        : codeBytes === 2
          ? reader.read(Uint16Array, count)
          : reader.read(Uint32Array, count);
    const codes = new Uint32Array(roomFor(count));
    const uses = new Uint32Array(texts.length);
    for (let index = 0; index < count; index++) {
      const code = packed[index]!;
      if (code >= texts.length) throw damaged("a code is behind its dictionary");
      uses[code]!++;
      codes[index] = code + 1;
    }
    const values = new TextValues(codes, new Dictionary(texts, uses));
    return kind === "text" ? values : new ListValues(values);
  }
  const list = (reader.readJson() as unknown[]).map(fromTagged);
  if (list.length !== count) throw damaged("a column has another number of values");
  return new GeneralValues(list);
}

function isAscending(rows: Uint32Array, extent: number): boolean {
  for (let index = 1; index < rows.length; index++) if (rows[index]! <= rows[index - 1]!) return false;
  return rows.length === 0 || rows[rows.length - 1]! < extent;
}

function fail(problem: string): never {
  throw damaged(problem);
}
