import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { benjaminiHochberg } from "./benjamini-hochberg.js";

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly input: { readonly pvalues: readonly number[] };
    readonly params: { readonly alpha: number };
    readonly expected: { readonly adjusted: readonly number[]; readonly reject: readonly boolean[] };
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("./testdata/multiple-testing.json", import.meta.url), "utf8"),
) as Golden;

describe("benjaminiHochberg", () => {
  for (const { name, input, params, expected } of golden.cases) {
    it(`equals statsmodels: ${name}`, () => {
      const adjusted = benjaminiHochberg(input.pvalues);
      for (const [index, value] of expected.adjusted.entries()) {
        expect(Math.abs(adjusted[index]! - value)).toBeLessThanOrEqual(1e-12 * value);
      }
      expect(Array.from(adjusted, (value) => value <= params.alpha)).toEqual(expected.reject);
    });
  }

  it("keeps order and never makes a value smaller", () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 });
    fc.assert(
      fc.property(values, (pValues) => {
        const adjusted = benjaminiHochberg(pValues);
        for (const [i, p] of pValues.entries()) {
          expect(adjusted[i]!).toBeGreaterThanOrEqual(p * (1 - 1e-15));
          expect(adjusted[i]!).toBeLessThanOrEqual(1);
          for (const [j, q] of pValues.entries())
            if (p <= q) expect(adjusted[i]!).toBeLessThanOrEqual(adjusted[j]!);
        }
      }),
    );
  });

  it("gives nothing for nothing, and one value as it is", () => {
    expect(benjaminiHochberg([])).toEqual(new Float64Array());
    expect(benjaminiHochberg([0.2])).toEqual(Float64Array.of(0.2));
  });

  it("names the value that is no probability", () => {
    for (const bad of [-0.1, 1.1, Number.NaN]) {
      expect(() => benjaminiHochberg([0.5, bad])).toThrow(
        expect.objectContaining({ details: { path: "pValues[1]" } }),
      );
    }
  });
});
