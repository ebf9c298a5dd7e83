import { readFileSync } from "node:fs";
import { readParquet } from "@millwright/core/columns";
import { describe, expect, test } from "vitest";
import { compareSamples } from "./compare-samples.js";

const path = (name: string): string => new URL(`../testdata/${name}`, import.meta.url).pathname;

interface Expected {
  readonly test: "ks_2samp" | "chi2_contingency";
  readonly statistic: number;
  readonly pvalue: number;
  readonly dof?: number;
  readonly nulls_window?: number;
  readonly categories?: string[];
  readonly counts_window?: number[];
}

const golden = JSON.parse(readFileSync(path("expected_monitoring.json"), "utf8")) as {
  expected: { drift: Record<"same" | "shifted", Record<string, Expected>> };
};

describe.each(["same", "shifted"] as const)("the %s window of the loan book", (window) => {
  const expected = golden.expected.drift[window];
  const columns = Object.keys(expected);

  test("has SciPy's statistics and p-values to 1e-12, and its counts", async () => {
    const reference = await readParquet(path("reference.parquet"));
    const report = compareSamples(reference, await readParquet(path(`window_${window}.parquet`)), {
      columns,
    });
    for (const [
      name,
      { test: kind, statistic, pvalue, dof, nulls_window, categories, counts_window },
    ] of Object.entries(expected)) {
      const feature = report.features[name]!;
      if ("code" in feature) throw new Error(feature.reason);
      const main = feature.tests.find(
        (entry) => entry.name === (kind === "ks_2samp" ? "kolmogorov-smirnov" : "chi-square"),
      )!;
      expect(Math.abs(main.statistic / statistic - 1), `${name} statistic`).toBeLessThan(1e-12);
      expect(Math.abs(main.pValue / pvalue - 1), `${name} p-value`).toBeLessThan(1e-12);
      if (dof !== undefined) expect(main.degreesOfFreedom).toBe(dof);
      if (nulls_window !== undefined) expect(feature.current.nulls).toBe(nulls_window);
      if (categories !== undefined)
        expect(feature.distribution).toMatchObject({ categories, current: counts_window });
    }
  });

  test("gets the verdict that the shift deserves", async () => {
    const reference = await readParquet(path("reference.parquet"));
    const report = compareSamples(reference, await readParquet(path(`window_${window}.parquet`)), {
      columns,
    });
    const drifted = columns.filter((name) => report.features[name]?.verdict === "drift");
    expect(drifted).toEqual(window === "same" ? [] : ["income", "employment", "region"]);
    if (window === "same") expect(report.verdict).toBe("ok");
  });
});
