import type { Column, DictionaryColumn, VariableColumn } from "../columns/column.js";
import { isNull } from "../columns/values.js";
import { invalidArgument } from "../errors/create.js";
import { compareBytes } from "../identity/bytes.js";
import { type Comparable, isText } from "./check-scan.js";
import { compare } from "./pruning.js";
import type { TableRange } from "./table-store.js";

/** One byte a row: 1 where the value lies inside. Nulls and NaN lie outside. */
export function maskOfRange(column: Column, { column: name, from, to }: TableRange): Uint8Array {
  switch (column.type) {
    case "bytes":
      throw invalidArgument(
        "range.column",
        `the column ${JSON.stringify(name)} holds bytes, which have no range`,
      );
    case "string":
      return maskOfText(column, textBound(from, "from", name), textBound(to, "to", name));
    case "dictionary":
      return maskOfDictionary(column, textBound(from, "from", name), textBound(to, "to", name));
    default: {
      const values = column.values as Float64Array;
      // The type of the elements decides: comparing a bigint with a number is right but slow.
      const big = typeof values[0] === "bigint";
      const least = numberBound(from, "from", name, big) as number;
      const most = numberBound(to, "to", name, big) as number;
      const mask = new Uint8Array(values.length);
      for (let row = 0; row < values.length; row++) {
        const value = values[row]!;
        if (!Number.isNaN(value) && !(value < least) && !(value > most) && !isNull(column, row))
          mask[row] = 1;
      }
      return mask;
    }
  }
}

// Comparisons with undefined are false, so an absent bound excludes nothing.
function numberBound(
  bound: Comparable | undefined,
  side: string,
  name: string,
  big: boolean,
): number | bigint | undefined {
  if (bound === undefined) return undefined;
  if (isText(bound))
    throw invalidArgument(
      `range.${side}`,
      `the column ${JSON.stringify(name)} holds numbers, ${JSON.stringify(bound)} is a string`,
    );
  if (big && typeof bound === "number" && Number.isInteger(bound)) return BigInt(bound);
  return !big && typeof bound === "bigint" && Number.isSafeInteger(Number(bound)) ? Number(bound) : bound;
}

function textBound(bound: Comparable | undefined, side: string, name: string): string | undefined {
  if (bound === undefined || isText(bound)) return bound;
  throw invalidArgument(
    `range.${side}`,
    `the column ${JSON.stringify(name)} holds strings, ${bound} is a number`,
  );
}

function maskOfText(column: VariableColumn, from: string | undefined, to: string | undefined): Uint8Array {
  const encoder = new TextEncoder();
  const least = from === undefined ? undefined : encoder.encode(from);
  const most = to === undefined ? undefined : encoder.encode(to);
  const { offsets, data } = column;
  const mask = new Uint8Array(offsets.length - 1);
  for (let row = 0; row < mask.length; row++) {
    if (isNull(column, row)) continue;
    const bytes = data.subarray(offsets[row], offsets[row + 1]);
    if (least !== undefined && compareBytes(bytes, least) < 0) continue;
    if (most === undefined || compareBytes(bytes, most) <= 0) mask[row] = 1;
  }
  return mask;
}

function maskOfDictionary(
  column: DictionaryColumn,
  from: string | undefined,
  to: string | undefined,
): Uint8Array {
  const inside = column.dictionary.map(
    (text) =>
      (from === undefined || compare(text, from) >= 0) && (to === undefined || compare(text, to) <= 0),
  );
  const mask = new Uint8Array(column.codes.length);
  for (let row = 0; row < mask.length; row++)
    if (!isNull(column, row) && inside[column.codes[row]!]) mask[row] = 1;
  return mask;
}
