import type { Column } from "@millwright/core";
import { isNull, valuesOf } from "@millwright/core/columns";

/** Values of a column of numbers. Nulls and NaN are counted apart and are not among the values; infinities are. */
export interface NumericSample {
  readonly kind: "numeric";
  readonly rows: number;
  readonly nulls: number;
  readonly notANumber: number;
  readonly infinite: number;
  readonly values: Float64Array;
}

/** Values of a column of texts or booleans, counted. */
export interface CategoricalSample {
  readonly kind: "categorical";
  readonly rows: number;
  readonly nulls: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** What drift is measured on. */
export type Sample = NumericSample | CategoricalSample;

/** The sample of a column; `undefined` for a type that has no drift (bytes). Times are numbers of microseconds. */
export function sampleOf(column: Column, rows: number): Sample | undefined {
  switch (column.type) {
    case "bytes":
      return undefined;
    case "string":
    case "dictionary":
    case "bool":
      return categoricalSample(column, rows);
    default:
      return numericSample(column, rows);
  }
}

function numericSample(
  column: Exclude<Column, { type: "string" | "bytes" | "dictionary" }>,
  rows: number,
): NumericSample {
  const values = new Float64Array(rows);
  let [count, nulls, notANumber, infinite] = [0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    if (isNull(column, row)) {
      nulls++;
      continue;
    }
    const value = Number(column.values[row]);
    if (Number.isNaN(value)) {
      notANumber++;
      continue;
    }
    if (!Number.isFinite(value)) infinite++;
    values[count++] = value;
  }
  return { kind: "numeric", rows, nulls, notANumber, infinite, values: values.subarray(0, count) };
}

function categoricalSample(column: Column, rows: number): CategoricalSample {
  const counts = new Map<string, number>();
  let nulls = 0;
  for (const value of valuesOf(column)) {
    if (value === null) {
      nulls++;
      continue;
    }
    const category = String(value);
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  return { kind: "categorical", rows, nulls, counts };
}
