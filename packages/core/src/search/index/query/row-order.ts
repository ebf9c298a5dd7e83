import type { SearchOrder } from "../../expression.js";
import { compareOrdered, unordered } from "../../order.js";
import type { Column, DenseValues } from "../columns/column.js";
import type { StoredValue } from "../columns/stored-value.js";
import type { DocumentTable } from "../columns/table.js";
import type { NumberValues, TextValues } from "../columns/values.js";

/** Negative if a row comes before another one, positive if after it. */
export type CompareRows = (a: number, b: number) => number;

/** Where a page ended: the values that the order looks at, `undefined` where there was none, and the identifier. */
export interface SearchPosition {
  readonly values: readonly (StoredValue | undefined)[];
  readonly id: string;
}

/**
 * The order of the rows of a table: that of `compareDocuments`.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if some document has a list where the order looks
 */
export function rowOrder(table: DocumentTable, order: readonly SearchOrder[]): CompareRows {
  const { ids, compareIds } = table;
  const byId: CompareRows = (a, b) => compareIds(ids[a]!, ids[b]!);
  return order.reduceRight<CompareRows>((next, { field, descending }, index) => {
    const column = table.column(field);
    if (column === undefined) return next;
    if (column.values.kind === "list" && column.values.hasLists)
      throw unordered(field, `order[${index}].field`);
    const first = comparisonOf(column.dense(table.extent), descending);
    return (a, b) => first(a, b) || next(a, b);
  }, byId);
}

/** The order of a row and a position. */
export function positionOrder(
  table: DocumentTable,
  order: readonly SearchOrder[],
  position: SearchPosition,
): (row: number) => number {
  const columns = order.map(({ field }) => table.column(field));
  return (row) => {
    for (let index = 0; index < order.length; index++) {
      const value = valueInOrder(columns[index], row);
      const sign = compareOrdered(value, position.values[index], order[index]!.descending);
      if (sign !== 0) return sign;
    }
    return table.compareIds(table.ids[row]!, position.id);
  };
}

/** The position of a row. */
export function positionOf(table: DocumentTable, order: readonly SearchOrder[], row: number): SearchPosition {
  return { values: order.map(({ field }) => valueInOrder(table.column(field), row)), id: table.ids[row]! };
}

/** The value of a column by which `rowOrder` agreed to order: it holds no lists. */
function valueInOrder(column: Column | undefined, row: number): StoredValue | undefined {
  return column?.get(row) as StoredValue | undefined;
}

function comparisonOf({ presence, values }: DenseValues, descending: boolean): CompareRows {
  if (values.kind === "number") return compareNumberRows(values, presence, descending ? -1 : 1);
  if (values.kind === "text") return compareTextRows(values, descending ? -1 : 1);
  const valueAt = (row: number): StoredValue | undefined =>
    presence[row] === 1 ? (values.get(row) as StoredValue) : undefined;
  return (a, b) => compareOrdered(valueAt(a), valueAt(b), descending);
}

function compareNumberRows({ numbers }: NumberValues, presence: Uint8Array, sign: number): CompareRows {
  // NaN comes behind the values in both directions, what is absent behind NaN.
  const rank = (row: number): number => {
    if (presence[row] !== 1) return 2;
    return Number.isNaN(numbers[row]) ? 1 : 0;
  };
  return (a, b) => {
    const left = numbers[a]!;
    const right = numbers[b]!;
    if (left < right) return -sign;
    if (left > right) return sign;
    return left === right ? 0 : rank(a) - rank(b);
  };
}

function compareTextRows({ codes, dictionary }: TextValues, sign: number): CompareRows {
  const { ranks, texts, compare } = dictionary;
  return (a, b) => {
    const left = codes[a] ?? 0;
    const right = codes[b] ?? 0;
    if (left === right) return 0;
    if (left === 0) return 1;
    if (right === 0) return -1;
    return sign * (ranks === undefined ? compare(texts[left]!, texts[right]!) : ranks[left]! - ranks[right]!);
  };
}
