import type { ColumnBatch } from "../columns/column.js";
import { columnStatistics } from "../columns/statistics.js";
import { compareText } from "../columns/text.js";
import { type Comparable, isText } from "./check-scan.js";

/**
 * Smallest and largest value of each column: `[]` where the column has none, `null` in the place of a largest string that is
 * too long to store. Columns that are not in here may hold anything.
 */
export type TableStatistics = Readonly<
  Record<string, readonly [] | readonly [Comparable, Comparable | null]>
>;

const longestText = 64;
const budget = 6_000;

/** Statistics of a batch, as many as fit into an entry; bytes have none. */
export function tableStatistics(batch: ColumnBatch): TableStatistics {
  const statistics: [string, TableStatistics[string]][] = [];
  let size = 0;
  for (const [name, column] of Object.entries(batch.columns)) {
    if (column.type === "bytes") continue;
    // Three bytes a code unit is the most that UTF-8 needs.
    size += 3 * name.length + 2 * 3 * longestText;
    if (size > budget) break;
    const { minimum, maximum } = columnStatistics(column);
    if (minimum === undefined || maximum === undefined) statistics.push([name, []]);
    else statistics.push([name, [lowerBound(minimum), upperBound(maximum)]]);
  }
  return Object.fromEntries(statistics);
}

// A string is never smaller than its beginning, but may be larger.
function lowerBound(minimum: Comparable): Comparable {
  if (typeof minimum !== "string" || minimum.length <= longestText) return minimum;
  const cut = minimum.slice(0, longestText);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

function upperBound(maximum: Comparable): Comparable | null {
  return typeof maximum === "string" && maximum.length > longestText ? null : maximum;
}

/** Whether a value from `from` to `to`, inclusive, can be in a batch with these statistics. */
export function mayHold(
  statistics: TableStatistics,
  column: string,
  from: Comparable | undefined,
  to: Comparable | undefined,
): boolean {
  const bounds = Object.hasOwn(statistics, column) ? statistics[column] : undefined;
  if (bounds === undefined) return true;
  const [minimum, maximum] = bounds;
  if (minimum === undefined || maximum === undefined) return false;
  if (to !== undefined && isText(to) === isText(minimum) && compare(to, minimum) < 0) return false;
  return !(
    from !== undefined &&
    maximum !== null &&
    isText(from) === isText(maximum) &&
    compare(from, maximum) > 0
  );
}

/** Strings by code point; numbers and bigints by size, also with each other. Both are of one kind. */
export function compare(a: Comparable, b: Comparable): number {
  if (typeof a === "string" || typeof b === "string") return compareText(String(a), String(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
