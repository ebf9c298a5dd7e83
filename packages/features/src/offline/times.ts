import { type Column, type TimeInput, toMicros } from "@millwright/core";
import { isNull, valuesOf } from "@millwright/core/columns";
import { invalidArgument } from "../errors.js";

/**
 * The times of a column in microseconds, NaN where it is null. A column of strings is read as ISO 8601 with a zone.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` for a time without a zone, a fraction of a microsecond, and columns that
 *   are neither: a plain number does not say its unit
 */
export function timesOf(column: Column, path: string): Float64Array {
  if (column.type === "string" || column.type === "dictionary") {
    return Float64Array.from(valuesOf(column), (value, row) =>
      value === null ? Number.NaN : toMicros(value as TimeInput, `${path}[${row}]`),
    );
  }
  if (column.type !== "timestamp") {
    throw invalidArgument(
      path,
      `a column of times has the type timestamp, not ${column.type}: columnFrom("timestamp", …) takes microseconds since the epoch`,
    );
  }
  const { values } = column;
  return values.map((value, row) => {
    if (isNull(column, row)) return Number.NaN;
    if (Number.isSafeInteger(value)) return value;
    throw invalidArgument(`${path}[${row}]`, `${value} is not a whole number of microseconds`);
  });
}
