import { coreError, invalidArgument } from "../errors/create.js";
import { arrayConstructor, fixedColumn } from "./arrays.js";
import { bitmapBytes, copyBits, fullBitmap } from "./bitmap.js";
import { columnRows, maximumRows } from "./check.js";
import type { Column, ColumnBatch, DictionaryColumn, FixedColumn, VariableColumn } from "./column.js";
import { stringsOf, unifyDictionaries } from "./dictionary.js";
import { tooLarge } from "./text.js";

/**
 * All rows, batch after batch. The batches have the same names and types of columns; the order of names is that of the
 * first. Dictionaries are unified; a dictionary beside plain strings becomes plain strings.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if there is no batch or they differ in columns; `LIMIT_EXCEEDED`
 *
 * @example
 * ```ts
 * import { batchFromColumns, concatBatches } from "@millwright/core/columns";
 *
 * const both = concatBatches([batchFromColumns({ x: Float64Array.of(1) }), batchFromColumns({ x: Float64Array.of(2) })]);
 * console.log(both.rows); // 2
 * ```
 */
export function concatBatches(batches: readonly ColumnBatch[]): ColumnBatch {
  const first = batches[0];
  if (first === undefined) throw invalidArgument("batches", "there is no batch, so no columns are known");
  if (batches.length === 1) return first;
  const names = Object.keys(first.columns);
  for (const [index, batch] of batches.entries()) {
    const others = Object.keys(batch.columns);
    const missing =
      names.find((name) => !Object.hasOwn(batch.columns, name)) ??
      others.find((name) => !names.includes(name));
    if (missing !== undefined) {
      throw invalidArgument(
        `batches[${index}]`,
        `the column ${JSON.stringify(missing)} is in only some of the batches`,
      );
    }
  }
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  if (rows > maximumRows)
    throw coreError("LIMIT_EXCEEDED", `a batch has at most ${maximumRows} rows, these have ${rows}`);
  const columns = names.map((name) => {
    const parts = batches.map((batch) => batch.columns[name]!);
    return [name, concatColumns(parts, rows, name)] as const;
  });
  return { rows, columns: Object.fromEntries(columns) };
}

function concatColumns(parts: readonly Column[], rows: number, name: string): Column {
  const validity = concatValidity(parts, rows);
  const types = new Set(parts.map((part) => part.type));
  if (types.size === 1 && types.has("dictionary")) {
    return { type: "dictionary", ...unifyDictionaries(parts as DictionaryColumn[]), validity };
  }
  if (types.delete("dictionary")) types.add("string");
  if (types.size > 1) {
    throw invalidArgument(
      "batches",
      `the column ${JSON.stringify(name)} has different types: ${[...types].join(", ")}`,
    );
  }
  const [type] = types as Set<Exclude<Column["type"], "dictionary">>;
  if (type === "string" || type === "bytes") {
    const plain = parts.map((part) =>
      part.type === "dictionary" ? stringsOf(part) : (part as VariableColumn),
    );
    return { ...concatVariable(type, plain, rows), validity };
  }
  const values = new (arrayConstructor(type!))(rows) as Float64Array;
  let position = 0;
  for (const part of parts as FixedColumn[]) {
    values.set(part.values as Float64Array, position);
    position += part.values.length;
  }
  return fixedColumn(type!, values, validity);
}

function concatVariable(
  type: "string" | "bytes",
  parts: readonly VariableColumn[],
  rows: number,
): VariableColumn {
  const offsets = new Int32Array(rows + 1);
  const length = parts.reduce((sum, part) => sum + part.offsets.at(-1)!, 0);
  if (length > 0x7fffffff) throw tooLarge();
  const data = new Uint8Array(length);
  let row = 0;
  for (const part of parts) {
    const base = offsets[row]!;
    const count = columnRows(part);
    data.set(part.data.subarray(0, part.offsets[count]), base);
    for (let index = 1; index <= count; index++) offsets[row + index] = base + part.offsets[index]!;
    row += count;
  }
  return { type, offsets, data };
}

function concatValidity(parts: readonly Column[], rows: number): Uint8Array | undefined {
  if (parts.every((part) => part.validity === undefined)) return undefined;
  const validity = new Uint8Array(bitmapBytes(rows));
  let row = 0;
  for (const part of parts) {
    const count = columnRows(part);
    copyBits(part.validity ?? fullBitmap(count), 0, validity, row, count);
    row += count;
  }
  return validity;
}
