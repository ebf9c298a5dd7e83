import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareRuns } from "./compare-runs.js";
import { comparisonText } from "./comparison-text.js";
import { textWidth } from "./terminal.js";
import { run } from "./test-support/runs.js";

describe("comparisonText", () => {
  it("shows a column a run where they fit", () => {
    const comparison = compareRuns([
      run("018f0000aaaa", {
        name: "baseline",
        params: { depth: 4, learningRate: 0.1, seed: 1 },
        metrics: { auc: 0.78, loss: [0.9, 0.2, 0.31] },
        datasets: [{ name: "applications", digest: `sha256:${"a".repeat(64)}`, role: "training" }],
      }),
      run("018f0000bbbb", {
        params: { depth: 8, learningRate: "0.1", seed: 1 },
        metrics: { auc: 0.81, loss: [0.8, 0.284] },
        status: "FAILED",
      }),
    ]);
    expect(`\n${comparisonText(comparison)}`).toBe(`
2 runs differ in 1 attribute, 2 params, 2 metrics and 1 dataset.

                  baseline                   018f0000
attributes
  status          FINISHED                   FAILED
params
  depth           4                          8
  learningRate    0.1                        "0.1"
metrics
  auc             0.78                       0.81
  loss            0.31                       0.284
  loss (minimum)  0.2                        0.284
  loss (maximum)  0.9                        0.8
datasets
  training        applications aaaaaaaaaaaa  –
`);
  });

  it("sums up what many runs have", () => {
    const runs = Array.from({ length: 40 }, (_, index) =>
      run(String(index), {
        params: { depth: index % 4, kind: index < 30 ? "tree" : "linear" },
        metrics: { auc: index / 40 },
      }),
    );
    expect(`\n${comparisonText(compareRuns(runs))}`).toBe(`
40 runs differ in 2 params and 1 metric.

         values  lowest  highest  most frequent
params
  depth  4       0       3        0 (10×)
  kind   2                        tree (30×)
metrics
  auc    40      0       0.975
`);
  });

  it("leaves out an extreme that is the same in all", () => {
    const text = comparisonText(
      compareRuns([run("a", { metrics: { loss: [1, 0.2] } }), run("b", { metrics: { loss: [1, 0.3] } })]),
    );
    expect(text).toMatch(/loss +0\.2 +0\.3\n$/u);
  });

  it("says that nothing differs", () => {
    expect(comparisonText(compareRuns([run("a"), run("b")]))).toBe("2 runs do not differ.\n");
  });

  it("writes different values so that they look different", () => {
    const text = comparisonText(
      compareRuns([run("a", { params: { rate: 0.12345671 } }), run("b", { params: { rate: 0.12345672 } })]),
    );
    expect(text).toMatch(/0\.12345671 +0\.12345672/u);
  });

  it("keeps to the width, and lets no value steer the terminal", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.constantFrom(
        "\u001b[2J\u001b[31m",
        "a\u202eb",
        "語".repeat(60),
        "x".repeat(10_000),
        "a\r\nb\tc",
        "👩‍🚀",
      ),
    );
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 40, max: 160 }), (key, first, second, width) => {
        const comparison = compareRuns([
          run("a", { name: first, params: { [key]: first, other: second } }),
          run("b", { name: second, params: { [key]: second, other: 1 } }),
        ]);
        const lines = comparisonText(comparison, { width }).split("\n");
        for (const line of lines) {
          expect(textWidth(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        }
      }),
    );
  });
});
