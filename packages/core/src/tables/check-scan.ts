import { invalidArgument } from "../errors/create.js";
import type { TableRange, TableScanOptions } from "./table-store.js";

/** A bound of a range, or a value of a column. */
export type Comparable = number | bigint | string;

/** @throws {MillwrightError} `INVALID_ARGUMENT` */
export function checkScan({ columns, range, after, signal }: TableScanOptions): void {
  signal?.throwIfAborted();
  if (
    columns !== undefined &&
    !(Array.isArray(columns) && columns.every((name) => typeof name === "string"))
  ) {
    throw invalidArgument("columns", "the names of the columns are needed");
  }
  if (after !== undefined && (!Number.isSafeInteger(after) || after < 0)) {
    throw invalidArgument("after", `${after} is not a position that a scan gave`);
  }
  if (range !== undefined) checkRange(range);
}

function checkRange(range: TableRange): void {
  if (typeof range.column !== "string")
    throw invalidArgument("range.column", "the name of a column is needed");
  for (const side of ["from", "to"] as const) {
    const bound = range[side];
    if (bound === undefined) continue;
    const isNumber = typeof bound === "bigint" || (typeof bound === "number" && !Number.isNaN(bound));
    if (!isNumber && typeof bound !== "string") {
      throw invalidArgument(`range.${side}`, `${String(bound)} is not a number, a bigint or a string`);
    }
  }
  if (range.from !== undefined && range.to !== undefined && isText(range.from) !== isText(range.to)) {
    throw invalidArgument("range.to", "both bounds must be strings, or both numbers");
  }
}

export function isText(value: Comparable): value is string {
  return typeof value === "string";
}
