import type { Column } from "@millwright/core";
import { dictionaryOf, isNull } from "@millwright/core/columns";

/** Rows with the columns of their join keys, in the order of the entities. */
export interface KeyedRows {
  readonly rows: number;
  readonly keys: readonly Column[];
}

/** Whole numbers from 0 for join keys: two rows have the same one if all their keys are equal. −1 where a key is null. */
export interface KeyCodes {
  /** The codes of each table, row by row. */
  readonly codes: readonly Int32Array[];
  /** How many different ones there are. */
  readonly count: number;
}

/**
 * Codes of the keys of several tables together. Keys are compared by value and column by column, never as joined text:
 * integers of any width are equal if they are the same number. Without key columns all rows have the code 0.
 */
export function codeKeys(tables: readonly KeyedRows[]): KeyCodes {
  let codes = tables.map(({ rows }) => new Int32Array(rows));
  let count = 1;
  const columns = tables[0]?.keys.length ?? 0;
  for (let index = 0; index < columns; index++) {
    const known = new Map<string | number | bigint, number>();
    const next = tables.map(({ keys }) => codeColumn(keys[index]!, known));
    const combined =
      index === 0 ? { codes: next, count: known.size } : combine(codes, count, next, known.size);
    codes = combined.codes;
    count = combined.count;
  }
  return { codes, count };
}

function codeColumn(column: Column, known: Map<string | number | bigint, number>): Int32Array<ArrayBuffer> {
  const codeOf = (value: string | number | bigint): number => codeIn(known, value);
  if (column.type === "string") return codeColumn(dictionaryOf(column), known);
  if (column.type === "bytes") throw new TypeError("bytes are no join key");
  if (column.type === "dictionary") {
    const { dictionary } = column;
    const translated = new Int32Array(dictionary.length).fill(-1);
    return Int32Array.from(column.codes, (code, row) => {
      if (isNull(column, row)) return -1;
      if (translated[code] === -1) translated[code] = codeOf(dictionary[code]!);
      return translated[code]!;
    });
  }
  const { values } = column;
  const codes = new Int32Array(values.length);
  for (let row = 0; row < codes.length; row++) {
    codes[row] = isNull(column, row) ? -1 : codeOf(plainNumber(values[row]!));
  }
  return codes;
}

/** One form for each whole number: bigint only beyond 2^53. */
function plainNumber(value: number | bigint): number | bigint {
  if (typeof value === "number") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function combine(
  first: readonly Int32Array[],
  firstCount: number,
  second: readonly Int32Array[],
  secondCount: number,
): { codes: Int32Array<ArrayBuffer>[]; count: number } {
  const exact = firstCount * secondCount <= Number.MAX_SAFE_INTEGER;
  const known = new Map<number | bigint, number>();
  const codes = first.map((left, table) => {
    const right = second[table]!;
    return Int32Array.from(left, (high, row) => {
      const low = right[row]!;
      if (high < 0 || low < 0) return -1;
      const pair = exact ? high * secondCount + low : BigInt(high) * BigInt(secondCount) + BigInt(low);
      return codeIn(known, pair);
    });
  });
  return { codes, count: known.size };
}

/** The code of a value: the next one if it is new. */
function codeIn<Value>(known: Map<Value, number>, value: Value): number {
  const code = known.get(value);
  if (code !== undefined) return code;
  known.set(value, known.size);
  return known.size - 1;
}
