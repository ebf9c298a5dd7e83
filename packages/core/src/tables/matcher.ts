import type { Column, ColumnBatch } from "../columns/column.js";
import { isNull, valuesOf } from "../columns/values.js";
import { invalidArgument } from "../errors/create.js";
import type { Comparable } from "./check-scan.js";

/** Finds rows by the value of a column. */
export interface Matcher {
  readonly column: string;
  readonly values: readonly Comparable[];
  /** One byte a row: 0 where the column has one of the values, else 1. */
  others(batch: ColumnBatch): Uint8Array;
}

/**
 * Numbers match by value, whether given as number or bigint; NaN matches NaN.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`: now, or when a batch holds another kind of value in the column, since a value
 *   that silently matches nothing would pass for erased
 */
export function createMatcher(column: string, values: readonly Comparable[]): Matcher {
  if (!Array.isArray(values)) throw invalidArgument("values", "an array of values is needed");
  for (const [index, value] of values.entries()) {
    if (!["string", "number", "bigint"].includes(typeof value)) {
      throw invalidArgument(`values[${index}]`, `${String(value)} is not a string, number or bigint`);
    }
  }
  return {
    column,
    values,
    others(batch) {
      const kept = new Uint8Array(batch.rows).fill(1);
      const found = Object.hasOwn(batch.columns, column) ? batch.columns[column] : undefined;
      if (found !== undefined) clearMatches(kept, found, column, values);
      return kept;
    },
  };
}

function clearMatches(kept: Uint8Array, column: Column, name: string, values: readonly Comparable[]): void {
  const holdsText = column.type === "string" || column.type === "dictionary";
  if (column.type === "bytes" || column.type === "bool") {
    throw invalidArgument(
      "column",
      `the column ${JSON.stringify(name)} holds ${column.type}; rows are erased by strings or numbers`,
    );
  }
  const wrong = values.findIndex((value) => (typeof value === "string") !== holdsText);
  if (wrong !== -1) {
    throw invalidArgument(
      `values[${wrong}]`,
      `the column ${JSON.stringify(name)} holds ${column.type}, not ${typeof values[wrong]}`,
    );
  }
  if (column.type === "dictionary") {
    const wanted = new Set<unknown>(values);
    const matches = column.dictionary.map((text) => wanted.has(text));
    for (let row = 0; row < kept.length; row++)
      if (matches[column.codes[row]!] && !isNull(column, row)) kept[row] = 0;
    return;
  }
  const isBig = column.type === "int64" || column.type === "uint64";
  const wanted = new Set<unknown>(
    holdsText ? values : values.map((value) => (isBig ? asBigint(value) : asNumber(value))),
  );
  const elements: ArrayLike<unknown> = column.type === "string" ? valuesOf(column) : column.values;
  for (let row = 0; row < kept.length; row++)
    if (wanted.has(elements[row]) && !isNull(column, row)) kept[row] = 0;
}

function asBigint(value: Comparable): Comparable {
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;
}

// A bigint that no float equals stays one, and then matches nothing.
function asNumber(value: Comparable): Comparable {
  return typeof value === "bigint" && BigInt(Number(value)) === value ? Number(value) : value;
}
