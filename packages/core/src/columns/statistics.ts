import { compareBytes } from "../identity/bytes.js";
import type { Column, DictionaryColumn, FixedColumn, VariableColumn } from "./column.js";
import { compareText, textAt } from "./text.js";
import { isNull, nullCount } from "./values.js";

/** What is known of the values of a column, so that batches can be skipped. */
export interface ColumnStatistics {
  readonly nulls: number;
  /** Smallest and largest value; absent where there is none. NaN is left out; bool counts as 0 and 1; bytes have none. */
  readonly minimum?: number | bigint | string | undefined;
  readonly maximum?: number | bigint | string | undefined;
}

/** Nulls, smallest and largest value of a column. Strings are compared by code point, as keys are. */
export function columnStatistics(column: Column): ColumnStatistics {
  const nulls = nullCount(column);
  switch (column.type) {
    case "bytes":
      return { nulls };
    case "string":
      return { nulls, ...textRange(column) };
    case "dictionary":
      return { nulls, ...dictionaryRange(column) };
    default:
      return { nulls, ...numberRange(column) };
  }
}

type Range = Omit<ColumnStatistics, "nulls">;

function numberRange(column: FixedColumn): Range {
  // One loop serves number and bigint: a column holds only one of them.
  const values = column.values as Float64Array;
  let row = 0;
  while (row < values.length && (isNull(column, row) || Number.isNaN(values[row]))) row++;
  if (row === values.length) return {};
  let minimum = values[row]!;
  let maximum = minimum;
  const whole = column.validity === undefined;
  for (; row < values.length; row++) {
    const value = values[row]!;
    // Either comparison is rarely true, and only then a look at the nulls is needed.
    if (value < minimum) minimum = whole || !isNull(column, row) ? value : minimum;
    else if (value > maximum) maximum = whole || !isNull(column, row) ? value : maximum;
  }
  return { minimum, maximum };
}

function textRange(column: VariableColumn): Range {
  const { offsets, data } = column;
  let smallest = -1;
  let largest = -1;
  const bytes = (row: number): Uint8Array => data.subarray(offsets[row], offsets[row + 1]);
  for (let row = 0; row < offsets.length - 1; row++) {
    if (isNull(column, row)) continue;
    if (smallest < 0) smallest = largest = row;
    else if (compareBytes(bytes(row), bytes(smallest)) < 0) smallest = row;
    else if (compareBytes(bytes(row), bytes(largest)) > 0) largest = row;
  }
  return smallest < 0 ? {} : { minimum: textAt(column, smallest), maximum: textAt(column, largest) };
}

function dictionaryRange(column: DictionaryColumn): Range {
  const used = new Uint8Array(column.dictionary.length);
  for (let row = 0; row < column.codes.length; row++) if (!isNull(column, row)) used[column.codes[row]!] = 1;
  const texts = column.dictionary.filter((_, code) => used[code] === 1).sort(compareText);
  return texts.length === 0 ? {} : { minimum: texts[0], maximum: texts.at(-1) };
}
