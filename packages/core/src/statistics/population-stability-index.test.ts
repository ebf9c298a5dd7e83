import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { populationStabilityIndex } from "./population-stability-index.js";

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly dataset: string;
    readonly params: {
      readonly bins: number;
      readonly zero_rule: "floor" | "additive";
      readonly epsilon: number;
    };
    readonly expected: {
      readonly psi: number;
      readonly edges: readonly number[];
      readonly referenceCounts: readonly number[];
      readonly currentCounts: readonly number[];
      readonly contributions: readonly number[];
    };
  }[];
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./testdata/${name}.json`, import.meta.url), "utf8"));
const golden = read("population-stability-index") as Golden;
const { datasets } = read("ks") as { datasets: Record<string, { x: number[]; y: number[] }> };

describe("populationStabilityIndex", () => {
  for (const { name, dataset, params, expected } of golden.cases) {
    it(`equals the formula in NumPy: ${name}`, () => {
      const { x, y } = datasets[dataset]!;
      const { zero_rule: zeroRule, bins, epsilon } = params;
      const result = populationStabilityIndex(x, y, { bins, zeroRule, epsilon });
      expect([...result.edges]).toEqual(expected.edges);
      expect([...result.referenceCounts]).toEqual(expected.referenceCounts);
      expect([...result.currentCounts]).toEqual(expected.currentCounts);
      expect(Math.abs(result.index - expected.psi)).toBeLessThanOrEqual(1e-12 * expected.psi + 1e-14);
      for (const [bin, part] of expected.contributions.entries()) {
        expect(result.contributions[bin]).toBeCloseTo(part, 13);
      }
    });
  }

  it("is never negative, and 0 for a sample against itself", () => {
    const sample = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(sample, sample, fc.integer({ min: 2, max: 20 }), (x, y, bins) => {
        expect(populationStabilityIndex(x, y, { bins }).index).toBeGreaterThanOrEqual(0);
        expect(populationStabilityIndex(x, x, { bins }).index).toBe(0);
      }),
    );
  });

  it("keeps its edges in order when the reference holds infinities", () => {
    const { edges, referenceCounts } = populationStabilityIndex([-Infinity, 1, 2, Infinity, Infinity], [1], {
      bins: 4,
    });
    expect([...edges]).toEqual([1, 2, Infinity]);
    expect([...referenceCounts]).toEqual([2, 1, 2, 0]);
  });

  it("refuses options and samples that mean nothing", () => {
    const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    expect(() => populationStabilityIndex([], [1])).toThrow(refused);
    expect(() => populationStabilityIndex([1], [Number.NaN])).toThrow(refused);
    for (const bins of [1, 2.5, Number.NaN])
      expect(() => populationStabilityIndex([1], [1], { bins })).toThrow(refused);
    expect(() => populationStabilityIndex([1], [1], { epsilon: 0 })).toThrow(refused);
    expect(() => populationStabilityIndex([1], [1], { zeroRule: "none" as never })).toThrow(refused);
  });
});
