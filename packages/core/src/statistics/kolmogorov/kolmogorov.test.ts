import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kolmogorovLimitSurvival } from "./limiting.js";
import { oneSidedSurvival } from "./one-sided.js";
import { pelzGoodCdf } from "./pelz-good.js";
import { twoSampleSurvival } from "./two-sample.js";
import { twoSidedSurvival } from "./two-sided.js";

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly input: { n: number | number[]; m: number; x: number[]; h: number[] };
    readonly expected: { value: number[]; twoSided: number[]; scipy: number[] };
  }[];
}

const read = (name: string): Golden =>
  JSON.parse(readFileSync(new URL(`../testdata/${name}.json`, import.meta.url), "utf8")) as Golden;
const golden = [...read("kolmogorov").cases, ...read("kolmogorov-more").cases];

function expectClose(actual: number, exact: number, tolerance: number, what: string): void {
  const close = Math.abs(actual - exact) <= tolerance * Math.abs(exact);
  expect(close, `${what}: ${actual}, exact ${exact}, off by ${Math.abs(actual / exact - 1)}`).toBe(true);
}

describe("Kolmogorov distributions equal exact values", () => {
  for (const { name, input, expected } of golden) {
    it(name, () => {
      if (name.startsWith("kolmogorov-limit")) {
        for (const [index, x] of input.x.entries()) {
          expectClose(kolmogorovLimitSurvival(x), expected.value[index]!, 1e-12, `z = ${x}`);
        }
      } else if (name.startsWith("smirnov-one-sample")) {
        for (const [index, x] of input.x.entries()) {
          const n = (input.n as number[])[index]!;
          expectClose(oneSidedSurvival(n, x), expected.value[index]!, 1e-12, `n = ${n}, x = ${x}`);
        }
      } else if (name.startsWith("smirnov-two-sample")) {
        for (const [index, h] of input.h.entries()) {
          const actual = twoSampleSurvival(input.n as number, input.m, h);
          expectClose(actual, expected.twoSided[index]!, 1e-12, `h = ${h}`);
        }
      } else if (name.endsWith("scipy-only")) {
        // SciPy: Pelz and Good as here, then twice the one-sided tail, off by exp(-6 n x²), and above a million
        // the leading term of that tail, off by n x⁴ / 2.
        for (const [index, x] of input.x.entries()) {
          const n = (input.n as number[])[index]!;
          const square = n * x * x;
          const tail = 2 * Math.exp(-6 * square) + (n > 1e6 ? (square * square) / n / 2 : 0);
          const tolerance = 1e-11 + (square < 2 ? 0 : square < 2.2 ? 1e-7 : tail);
          expectClose(twoSidedSurvival(n, x), expected.scipy[index]!, tolerance, `n = ${n}, x = ${x}`);
        }
      } else {
        expect(name).toMatch(/^kolmogorov-one-sample-sf/);
        for (const [index, x] of input.x.entries()) {
          const n = (input.n as number[])[index]!;
          const tolerance = n <= 1200 || n * x * x >= 5.5 ? 1e-12 : 2e-7;
          expectClose(twoSidedSurvival(n, x), expected.value[index]!, tolerance, `n = ${n}, x = ${x}`);
        }
      }
    });
  }
});

describe("the one-sample distribution", () => {
  it("is continuous where the method changes", () => {
    for (const n of [5, 60, 500, 1200]) {
      const x = Math.sqrt(5.5 / n);
      if (x >= 0.5) continue;
      expectClose(twoSidedSurvival(n, x * (1 - 1e-13)), twoSidedSurvival(n, x), 1e-11, `n = ${n}`);
    }
    for (const z of [0.5, 0.8, 1.2, 1.4, 1.5, 1.8, 2.2]) {
      // 1200 is computed exactly, 1201 is not.
      const slope = 4 * z * (0.5 / 1200) * z + 0.001;
      expectClose(
        twoSidedSurvival(1201, z / Math.sqrt(1201)),
        twoSidedSurvival(1200, z / Math.sqrt(1200)),
        slope,
        `z = ${z}`,
      );
    }
    expectClose(1 - pelzGoodCdf(1200, 0.03), twoSidedSurvival(1200, 0.03), 1e-7, "Pelz and Good at 1200");
  });

  it("sums every term or a sample of them alike", () => {
    for (const [n, x] of [
      [4097, 0.04],
      [6000, 0.05],
      [20000, 0.02],
    ] as const) {
      let sum = Math.exp(n * Math.log1p(-x));
      let logFactorials = 0;
      for (let j = 1; j <= Math.floor(n * (1 - x)); j++) {
        logFactorials += Math.log((n - j + 1) / j);
        const tail = 1 - x - j / n;
        if (tail > 0)
          sum += x * Math.exp(logFactorials + (j - 1) * Math.log(x + j / n) + (n - j) * Math.log(tail));
      }
      expectClose(oneSidedSurvival(n, x), sum, 1e-9, `n = ${n}`);
    }
  });

  it("falls with x, stays in [0, 1] and approaches the limit", () => {
    const size = fc.integer({ min: 1, max: 3000 });
    const distance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(size, distance, distance, (n, x, y) => {
        const [low, high] = [Math.min(x, y), Math.max(x, y)];
        const [more, less] = [twoSidedSurvival(n, low), twoSidedSurvival(n, high)];
        return more <= 1 && less >= 0 && less <= more * (1 + 1e-11);
      }),
      { numRuns: 60 },
    );
    for (const z of [0.6, 1, 1.5]) {
      expectClose(twoSidedSurvival(4e8, z / 2e4), kolmogorovLimitSurvival(z), 1e-3, `z = ${z}`);
    }
  });
});
