import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../identity/random.js";
import { kolmogorovSmirnov } from "./kolmogorov-smirnov.js";

type Values = readonly (number | string)[];

interface Golden {
  readonly datasets: Readonly<Record<string, { readonly x: Values; readonly y: Values }>>;
  readonly cases: readonly {
    readonly name: string;
    readonly dataset: string;
    readonly method: "exact" | "asymp" | "auto";
    readonly expected: {
      readonly statistic: number | string;
      readonly pvalue: number | string;
      readonly statistic_location: number | string;
      readonly statistic_sign: number | string;
    };
  }[];
}

const golden = JSON.parse(readFileSync(new URL("./testdata/ks.json", import.meta.url), "utf8")) as Golden;

function share(values: readonly number[], at: number): number {
  return values.filter((value) => value <= at).length / values.length;
}

describe("kolmogorovSmirnov equals scipy.stats.ks_2samp", () => {
  for (const { name, dataset, method, expected } of golden.cases) {
    const x = golden.datasets[dataset]!.x.map(Number);
    const y = golden.datasets[dataset]!.y.map(Number);
    const call = () => kolmogorovSmirnov(x, y, { method: method === "asymp" ? "asymptotic" : method });
    if (expected.statistic === "NaN") {
      it(`${name}: refused where SciPy gives NaN`, () => {
        expect(call).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
      });
      continue;
    }
    it(name, () => {
      const result = call();
      expect(Math.abs(result.statistic - Number(expected.statistic))).toBeLessThan(1e-15);
      expect(result.sign).toBe(Number(expected.statistic_sign));
      const location = Number(expected.statistic_location);
      if (result.location !== location) {
        // Where several points share the maximum, SciPy's choice hangs on rounding; here it is the smallest.
        expect(result.location).toBeLessThan(location);
        expect(Math.abs(share(x, location) - share(y, location))).toBeCloseTo(result.statistic, 14);
      }
      if (expected.pvalue === "NaN") {
        // SciPy rounds n₁n₂ / (n₁ + n₂) to 0 for one value each; here it is at least 1.
        expect([x.length, y.length, result.pValue]).toEqual([1, 1, 1 - result.statistic]);
        return;
      }
      const p = Number(expected.pvalue);
      // For n > 140 and n D² from 2.2 on SciPy itself is off by exp(-6 n D²); below, by the terms after n^(-3/2).
      const n = (x.length * y.length) / (x.length + y.length);
      const tolerance = result.method === "asymptotic" && n > 140 ? 5e-6 : 1e-12;
      expect(Math.abs(result.pValue - p), `${result.pValue} for ${p}`).toBeLessThanOrEqual(tolerance * p);
    });
  }
});

interface Credit {
  readonly samples: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
  readonly expected: Readonly<
    Record<string, Readonly<Record<string, { test: string; statistic: number; pvalue: number }>>>
  >;
}

describe("kolmogorovSmirnov on the loan book, 1,500 rows against 1,000", () => {
  const credit = JSON.parse(
    readFileSync(new URL("./testdata/credit-drift.json", import.meta.url), "utf8"),
  ) as Credit;
  const present = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  for (const window of ["same", "shifted"]) {
    for (const [column, values] of Object.entries(credit.samples[window]!)) {
      it(`${column}, window ${window}`, () => {
        const expected = credit.expected[window]![column]!;
        const result = kolmogorovSmirnov(present(credit.samples.reference![column]!), present(values));
        expect(result.method).toBe("exact");
        expect(Math.abs(result.statistic - expected.statistic)).toBeLessThan(1e-15);
        expect(Math.abs(result.pValue / expected.pvalue - 1)).toBeLessThan(1e-12);
      });
    }
  }
});

describe("kolmogorovSmirnov", () => {
  const value = fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(0, -0, Infinity, -Infinity),
  );
  const sample = fc.array(value, { minLength: 1, maxLength: 40 });

  it("does not depend on the order of the samples or of their values", () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const one = kolmogorovSmirnov(x, y);
        const other = kolmogorovSmirnov([...y].reverse(), Float64Array.from(x).reverse());
        expect(other.statistic).toBe(one.statistic);
        expect(other.pValue).toBe(one.pValue);
      }),
    );
  });

  it("is unchanged by an increasing map of the values", () => {
    const small = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(small, small, (x, y) => {
        const { location, ...plain } = kolmogorovSmirnov(x, y);
        const { location: moved, ...mapped } = kolmogorovSmirnov(x.map(Math.exp), y.map(Math.exp));
        expect(mapped).toEqual(plain);
        expect(moved).toBe(Math.exp(location));
      }),
    );
  });

  it("finds the distance that a naive search finds, at a place where it is reached", () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const share = (values: readonly number[], at: number) =>
          values.filter((v) => v <= at).length / values.length;
        const result = kolmogorovSmirnov(x, y);
        const naive = Math.max(...[...x, ...y].map((at) => Math.abs(share(x, at) - share(y, at))));
        expect(result.statistic).toBeCloseTo(naive, 14);
        const there = share(x, result.location) - share(y, result.location);
        expect(there * result.sign).toBeCloseTo(naive, 14);
        expect(result.pValue).toBeGreaterThan(0);
        expect(result.pValue).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("gives an asymptotic p-value near the exact one for large samples", () => {
    const random = createRandom(7);
    for (const shift of [0, 0.05, 0.1]) {
      const x = Array.from({ length: 3000 }, () => random.normal());
      const y = Array.from({ length: 2501 }, () => random.normal() + shift);
      const exact = kolmogorovSmirnov(x, y, { method: "exact" });
      const asymptotic = kolmogorovSmirnov(x, y, { method: "asymptotic" });
      expect(Math.abs(asymptotic.pValue / exact.pValue - 1)).toBeLessThan(0.02);
    }
  });

  it("holds its level: 5 % of samples without a difference have p <= 0.05", () => {
    const random = createRandom(11);
    let rejected = 0;
    for (let run = 0; run < 2000; run++) {
      const x = Float64Array.from({ length: 97 }, () => random.normal());
      const y = Float64Array.from({ length: 120 }, () => random.normal());
      if (kolmogorovSmirnov(x, y).pValue <= 0.05) rejected++;
    }
    // Standard error 0.5 %; the test is discrete, a little below its level.
    expect(rejected / 2000).toBeGreaterThan(0.03);
    expect(rejected / 2000).toBeLessThan(0.065);
  });

  it("takes the exact method up to 10,000 values, the asymptotic one beyond", () => {
    const many = Float64Array.from({ length: 10_001 }, (_, index) => index);
    expect(kolmogorovSmirnov(many.subarray(1), [3, 4]).method).toBe("exact");
    expect(kolmogorovSmirnov(many, [3, 4]).method).toBe("asymptotic");
  });

  it("leaves its input as it was", () => {
    const x = Float64Array.from([3, 1, 2]);
    kolmogorovSmirnov(x, x);
    expect([...x]).toEqual([3, 1, 2]);
  });

  it("names what it refuses", () => {
    expect(() => kolmogorovSmirnov([], [1])).toThrow(expect.objectContaining({ details: { path: "first" } }));
    expect(() => kolmogorovSmirnov([1], [1, Number.NaN])).toThrow(
      expect.objectContaining({ details: { path: "second[1]" } }),
    );
    for (const missing of [null, undefined, "1", 1n]) {
      expect(() => kolmogorovSmirnov([1, missing as never], [1])).toThrow(/first\[1\]: must be a number/);
    }
    expect(() => kolmogorovSmirnov(BigInt64Array.of(1n) as never, [1])).toThrow(
      /first\[0\]: must be a number/,
    );
    expect(() => kolmogorovSmirnov([1], [2], { method: "quick" as never })).toThrow(/"auto", "exact" or/);
    const [x, y] = [new Float64Array(60_000), new Float64Array(59_999)];
    expect(() => kolmogorovSmirnov(x, y, { method: "exact" })).toThrow(/too large/);
  });
});
