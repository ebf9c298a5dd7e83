import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { chiSquareSurvival } from "../chi-square-distribution.js";
import { erf, erfc } from "./error-function.js";
import { regularizedBeta } from "./incomplete-beta.js";
import { regularizedGammaP, regularizedGammaQ } from "./incomplete-gamma.js";
import { logGamma } from "./log-gamma.js";
import { normalCdf, normalQuantile, normalSurvival } from "./normal.js";

type Numbers = readonly (number | string)[];

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly input: Readonly<Record<string, Numbers>>;
    readonly expected: { readonly value: Numbers };
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../testdata/special-functions.json", import.meta.url), "utf8"),
) as Golden;

const functions: Readonly<Record<string, (input: Record<string, number>) => number>> = {
  "log-gamma/positive": ({ x }) => logGamma(x!),
  "regularized-gamma-p/centre": ({ a, x }) => regularizedGammaP(a!, x!),
  "regularized-gamma-q/centre": ({ a, x }) => regularizedGammaQ(a!, x!),
  "regularized-gamma-p/lower-tail": ({ a, x }) => regularizedGammaP(a!, x!),
  "regularized-gamma-q/upper-tail": ({ a, x }) => regularizedGammaQ(a!, x!),
  "regularized-beta/centre": ({ a, b, x }) => regularizedBeta(x!, a!, b!),
  "regularized-beta/lower-tail": ({ a, b, x }) => regularizedBeta(x!, a!, b!),
  erf: ({ x }) => erf(x!),
  erfc: ({ x }) => erfc(x!),
  "normal-cdf": ({ x }) => normalCdf(x!),
  "normal-sf": ({ x }) => normalSurvival(x!),
  "normal-quantile": ({ p }) => normalQuantile(p!),
  "chi-square-sf": ({ x, df }) => chiSquareSurvival(x!, df!),
};

describe("special functions equal 60-digit values to 1e-12", () => {
  for (const { name, input, expected } of golden.cases) {
    it(name, () => {
      const calculate = functions[name];
      expect(calculate, `no function for ${name}`).toBeDefined();
      for (const [index, value] of expected.value.entries()) {
        const one = Object.fromEntries(Object.entries(input).map(([key, all]) => [key, Number(all[index])]));
        const exact = Number(value);
        const actual = calculate!(one);
        // Absolute: only what lies beside a zero of log-gamma, and subnormal results, which may be 0.
        const slack = name.startsWith("log-gamma") ? 1e-15 : 2.3e-308;
        const close = Math.abs(actual - exact) <= 1e-12 * Math.abs(exact) + slack || actual === exact;
        expect(close, `${name} ${JSON.stringify(one)}: ${actual}, exact ${exact}`).toBe(true);
      }
    });
  }
  it("covers every function of the file", () => {
    expect(golden.cases.map(({ name }) => name).sort()).toEqual(Object.keys(functions).sort());
  });
});

describe("special functions at their edges", () => {
  it("are exact at the ends of their domains", () => {
    expect([regularizedGammaP(2, 0), regularizedGammaQ(2, 0)]).toEqual([0, 1]);
    expect([regularizedGammaP(2, Infinity), regularizedGammaQ(2, Infinity)]).toEqual([1, 0]);
    expect([regularizedBeta(0, 2, 3), regularizedBeta(1, 2, 3)]).toEqual([0, 1]);
    expect([erf(0), erf(Infinity), erf(-Infinity)]).toEqual([0, 1, -1]);
    expect([erfc(Infinity), erfc(-Infinity)]).toEqual([0, 2]);
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(0.5)]).toEqual([-Infinity, Infinity, 0]);
    expect([logGamma(0), logGamma(1), logGamma(2), logGamma(Infinity)]).toEqual([Infinity, 0, 0, Infinity]);
    expect([chiSquareSurvival(-1, 3), chiSquareSurvival(Infinity, 3)]).toEqual([1, 0]);
    expect([erf(Number.NaN), erfc(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  });

  it("refuse what lies outside", () => {
    const outside = [
      () => logGamma(-1),
      () => logGamma(Number.NaN),
      () => regularizedGammaP(0, 1),
      () => regularizedGammaQ(1, -1),
      () => regularizedGammaQ(Number.NaN, 1),
      () => regularizedBeta(1.1, 1, 1),
      () => regularizedBeta(0.5, 0, 1),
      () => normalQuantile(-0.1),
      () => normalQuantile(Number.NaN),
      () => chiSquareSurvival(1, 0),
      () => chiSquareSurvival(Number.NaN, 1),
    ];
    for (const call of outside) expect(call).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
