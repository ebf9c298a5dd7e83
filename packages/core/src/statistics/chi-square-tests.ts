import { invalidArgument } from "../errors/create.js";
import { chiSquareSurvival } from "./chi-square-distribution.js";

export interface ChiSquareResult {
  /** Σ (observed - expected)² / expected. */
  readonly statistic: number;
  /** P(a chi-square variable with these degrees of freedom is at least this large). */
  readonly pValue: number;
  readonly degreesOfFreedom: number;
}

export interface ChiSquareContingencyResult extends ChiSquareResult {
  /** What independence of rows and columns would give: row total × column total / total, in the table's shape. */
  readonly expected: readonly Float64Array[];
}

export interface ChiSquareContingencyOptions {
  /**
   * Yates's correction, which applies to tables with one degree of freedom only: every observed count is moved
   * towards the expected one by min(0.5, |observed - expected|). Default: true.
   */
  readonly correction?: boolean | undefined;
}

/**
 * Pearson's chi-square test of independence in a table of counts: is the column a value falls into independent of
 * its row? For drift, the rows are reference and window, the columns the categories.
 *
 * Degrees of freedom (rows - 1)(columns - 1); with 0 of them nothing can differ: statistic 0, p 1. The distribution
 * is asymptotic; trust it where expected counts are about 5 or more. Equals `scipy.stats.chi2_contingency`.
 *
 * @throws `INVALID_ARGUMENT` for an empty or ragged table, a count that is negative or not finite, and a row or
 * column without any count (drop it: its expected counts would be 0).
 *
 * @example
 * ```ts
 * import { chiSquareContingency } from "@millwright/core/statistics";
 *
 * chiSquareContingency([[10, 20], [30, 40]]).pValue; // 0.504
 * chiSquareContingency([[10, 20], [30, 40]], { correction: false }).pValue; // 0.373
 * ```
 */
export function chiSquareContingency(
  table: readonly ArrayLike<number>[],
  options: ChiSquareContingencyOptions = {},
): ChiSquareContingencyResult {
  const columns = table[0]?.length ?? 0;
  if (columns === 0) throw invalidArgument("table", "needs at least one row and one column");
  const expected = expectedCounts(table, columns);
  const degreesOfFreedom = (table.length - 1) * (columns - 1);
  if (degreesOfFreedom === 0) return { statistic: 0, pValue: 1, degreesOfFreedom, expected };
  const shift = degreesOfFreedom === 1 && options.correction !== false ? 0.5 : 0;
  let statistic = 0;
  for (const [row, counts] of table.entries()) {
    for (let column = 0; column < columns; column++) {
      const wanted = expected[row]![column]!;
      const difference = Math.abs(counts[column]! - wanted);
      const corrected = difference - Math.min(shift, difference);
      statistic += (corrected * corrected) / wanted;
    }
  }
  return { statistic, pValue: chiSquareSurvival(statistic, degreesOfFreedom), degreesOfFreedom, expected };
}

function expectedCounts(table: readonly ArrayLike<number>[], columns: number): Float64Array[] {
  const rowTotals = new Float64Array(table.length);
  const columnTotals = new Float64Array(columns);
  let total = 0;
  for (const [row, counts] of table.entries()) {
    if (counts.length !== columns) {
      throw invalidArgument(
        `table[${row}]`,
        `has ${counts.length} columns where the first row has ${columns}`,
      );
    }
    for (let column = 0; column < columns; column++) {
      const count = checkedCount(counts[column]!, `table[${row}][${column}]`);
      rowTotals[row]! += count;
      columnTotals[column]! += count;
      total += count;
    }
  }
  refuseEmpty(rowTotals, "row");
  refuseEmpty(columnTotals, "column");
  return Array.from(rowTotals, (rowTotal) =>
    columnTotals.map((columnTotal) => (rowTotal / total) * columnTotal),
  );
}

function refuseEmpty(totals: Float64Array, kind: "row" | "column"): void {
  const empty = totals.indexOf(0);
  if (empty >= 0) throw invalidArgument("table", `${kind} ${empty} holds no counts; leave it out`);
}

function checkedCount(count: number, path: string): number {
  if (!(typeof count === "number" && count >= 0 && count < Infinity)) {
    throw invalidArgument(path, `a count must be finite and not negative, got ${count}`);
  }
  return count;
}

/**
 * Pearson's chi-square test that counts follow given expected frequencies, which must have the same sum (to a
 * relative 1.5e-8): scale them first. Without `expected` all categories are equally likely. Degrees of freedom:
 * categories - 1; with one category, statistic 0 and p 1 (SciPy: NaN).
 *
 * A count where 0 is expected gives statistic Infinity and p 0. Equals `scipy.stats.chisquare`.
 *
 * @throws `INVALID_ARGUMENT` for no categories, lengths or sums that differ, a count that is negative or not finite,
 * and a category that is neither observed nor expected (leave it out).
 *
 * @example
 * ```ts
 * import { chiSquareGoodnessOfFit } from "@millwright/core/statistics";
 *
 * chiSquareGoodnessOfFit([16, 18, 16, 14, 12, 12]).pValue; // 0.849
 * ```
 */
export function chiSquareGoodnessOfFit(
  observed: ArrayLike<number>,
  expected?: ArrayLike<number>,
): ChiSquareResult {
  const categories = observed.length;
  if (categories === 0) throw invalidArgument("observed", "needs at least one category");
  if (expected !== undefined && expected.length !== categories) {
    throw invalidArgument("expected", `has ${expected.length} categories, observed has ${categories}`);
  }
  let observedTotal = 0;
  for (let index = 0; index < categories; index++) {
    observedTotal += checkedCount(observed[index]!, `observed[${index}]`);
  }
  if (observedTotal === 0) throw invalidArgument("observed", "holds no counts");
  let expectedTotal = 0;
  let statistic = 0;
  for (let index = 0; index < categories; index++) {
    const wanted =
      expected === undefined
        ? observedTotal / categories
        : checkedCount(expected[index]!, `expected[${index}]`);
    const difference = observed[index]! - wanted;
    expectedTotal += wanted;
    if (wanted === 0 && difference === 0) {
      throw invalidArgument(`expected[${index}]`, "is 0 where nothing was observed; leave the category out");
    }
    statistic += (difference * difference) / wanted;
  }
  const gap = Math.abs(observedTotal - expectedTotal);
  if (gap > 2 ** -26 * Math.min(observedTotal, expectedTotal)) {
    throw invalidArgument(
      "expected",
      `sums to ${expectedTotal}, observed to ${observedTotal}; scale it first`,
    );
  }
  const degreesOfFreedom = categories - 1;
  if (degreesOfFreedom === 0) return { statistic: 0, pValue: 1, degreesOfFreedom };
  return { statistic, pValue: chiSquareSurvival(statistic, degreesOfFreedom), degreesOfFreedom };
}
