import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chiSquareContingency, chiSquareGoodnessOfFit } from "./chi-square-tests.js";

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly input: { observed: number[][]; f_obs: number[]; f_exp: number[] | null };
    readonly params: { readonly correction?: boolean; readonly ddof?: number; readonly sum_check?: boolean };
    readonly expected: {
      readonly statistic: number | string;
      readonly pvalue: number | string;
      readonly dof: number;
      readonly expected_freq: number[][];
      readonly error?: unknown;
    };
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("./testdata/categorical-tests.json", import.meta.url), "utf8"),
) as Golden;
const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });

function expectClose(actual: number, expected: number | string): void {
  const wanted = Number(expected);
  const close = actual === wanted || Math.abs(actual - wanted) <= 1e-10 * Math.abs(wanted) + 1e-14;
  expect(close, `${actual} for ${expected}`).toBe(true);
}

describe("chi-square tests equal scipy.stats", () => {
  for (const { name, input, params, expected } of golden.cases) {
    it(name, () => {
      if (name.startsWith("chi2_contingency")) {
        const call = () => chiSquareContingency(input.observed, { correction: params.correction });
        if (expected.error !== undefined) {
          expect(call).toThrow(refused);
          return;
        }
        const result = call();
        expectClose(result.statistic, expected.statistic);
        expectClose(result.pValue, expected.pvalue);
        expect(result.degreesOfFreedom).toBe(expected.dof);
        for (const [row, counts] of expected.expected_freq.entries()) {
          for (const [column, count] of counts.entries()) expectClose(result.expected[row]![column]!, count);
        }
        return;
      }
      const call = () => chiSquareGoodnessOfFit(input.f_obs, input.f_exp ?? undefined);
      if (expected.error !== undefined || expected.statistic === "NaN") {
        expect(call).toThrow(refused);
        return;
      }
      const result = call();
      expectClose(result.statistic, expected.statistic);
      expectClose(result.pValue, expected.pvalue === "NaN" ? 1 : expected.pvalue);
    });
  }
});

describe("chi-square on the categories of the loan book", () => {
  interface Drift {
    readonly [column: string]: {
      test: string;
      statistic: number;
      pvalue: number;
      dof: number;
      counts_reference: number[];
      counts_window: number[];
    };
  }
  const credit = JSON.parse(
    readFileSync(new URL("./testdata/credit-drift.json", import.meta.url), "utf8"),
  ) as {
    expected: Record<string, Drift>;
  };
  for (const [window, drift] of Object.entries(credit.expected)) {
    for (const [column, expected] of Object.entries(drift)) {
      if (expected.test !== "chi2_contingency") continue;
      it(`${column}, window ${window}`, () => {
        const result = chiSquareContingency([expected.counts_reference, expected.counts_window]);
        expect(Math.abs(result.statistic / expected.statistic - 1)).toBeLessThan(1e-12);
        expect(Math.abs(result.pValue / expected.pvalue - 1)).toBeLessThan(1e-12);
        expect(result.degreesOfFreedom).toBe(expected.dof);
      });
    }
  }
});

describe("chiSquareContingency", () => {
  const table = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }))
    .chain(([rows, columns]) =>
      fc.array(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
    );

  it("gives the same for the transposed table and for rows in another order", () => {
    fc.assert(
      fc.property(table, (counts) => {
        const result = chiSquareContingency(counts);
        const transposed = counts[0]!.map((_, column) => counts.map((row) => row[column]!));
        for (const other of [chiSquareContingency(transposed), chiSquareContingency([...counts].reverse())]) {
          expect(other.degreesOfFreedom).toBe(result.degreesOfFreedom);
          expectClose(other.pValue, result.pValue);
        }
        expect(result.pValue).toBeGreaterThanOrEqual(0);
        expect(result.pValue).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("finds no difference between proportional rows", () => {
    const result = chiSquareContingency([
      [10, 20, 30],
      [20, 40, 60],
    ]);
    expect(result.statistic).toBeCloseTo(0, 12);
    expect(result.pValue).toBeCloseTo(1, 12);
  });

  it("takes typed arrays", () => {
    expect(chiSquareContingency([Uint32Array.of(10, 20), Float64Array.of(30, 40)]).pValue).toBeCloseTo(
      0.50404,
      5,
    );
  });

  it("names the row, the column or the count that it refuses", () => {
    expect(() => chiSquareContingency([])).toThrow(/at least one row/);
    expect(() => chiSquareContingency([[]])).toThrow(/at least one row/);
    expect(() => chiSquareContingency([[1, 2], [3]])).toThrow(/table\[1\]: has 1 columns/);
    expect(() => chiSquareContingency([[1, -2]])).toThrow(/table\[0\]\[1\]/);
    expect(() => chiSquareContingency([[1, Number.NaN]])).toThrow(/table\[0\]\[1\]/);
    expect(() =>
      chiSquareContingency([
        [1, 0],
        [3, 0],
      ]),
    ).toThrow(/column 1 holds no counts/);
  });
});

describe("chiSquareGoodnessOfFit", () => {
  it("finds an impossible category impossible", () => {
    expect(chiSquareGoodnessOfFit([3, 4, 5], [3, 9, 0])).toEqual({
      statistic: Infinity,
      pValue: 0,
      degreesOfFreedom: 2,
    });
  });

  it("refuses what cannot be tested", () => {
    expect(() => chiSquareGoodnessOfFit([])).toThrow(refused);
    expect(() => chiSquareGoodnessOfFit([0, 0])).toThrow(/holds no counts/);
    expect(() => chiSquareGoodnessOfFit([1, 2], [3])).toThrow(/1 categories/);
    expect(() => chiSquareGoodnessOfFit([1, 2], [1, 1])).toThrow(/scale it first/);
    expect(() => chiSquareGoodnessOfFit([1, null as never])).toThrow(/observed\[1\]/);
    expect(() => chiSquareGoodnessOfFit([1, Infinity])).toThrow(/observed\[1\]/);
  });
});
