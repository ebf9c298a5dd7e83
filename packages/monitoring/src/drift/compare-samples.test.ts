import { createRandom } from "@millwright/core";
import { batchFromColumns, columnFrom } from "@millwright/core/columns";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareSamples } from "./compare-samples.js";
import type { FeatureDrift, FeatureError } from "./drift-report.js";

function normal(count: number, seed: number, shift = 0): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: count }, () => random.normal() + shift);
}

function compared(feature: FeatureDrift | FeatureError | undefined): FeatureDrift {
  if (feature === undefined || "code" in feature)
    throw new Error(`the feature was not compared: ${feature?.reason}`);
  return feature;
}

describe("numbers", () => {
  const reference = batchFromColumns({ x: normal(2_000, 1) });

  test("of the same distribution are ok", () => {
    expect(compareSamples(reference, batchFromColumns({ x: normal(1_000, 2) })).features.x).toMatchObject({
      verdict: "ok",
      kind: "numeric",
    });
  });

  test("that moved by a standard deviation have drifted", () => {
    const feature = compared(
      compareSamples(reference, batchFromColumns({ x: normal(1_000, 2, 1) })).features.x,
    );
    expect(feature.verdict).toBe("drift");
    expect(feature.tests[0]).toMatchObject({ name: "kolmogorov-smirnov" });
    expect(feature.stabilityIndex).toBeGreaterThan(0.5);
  });

  test("with a change that is significant but not material are ok", () => {
    const large = {
      reference: batchFromColumns({ x: normal(50_000, 1) }),
      current: batchFromColumns({ x: normal(50_000, 2, 0.05) }),
    };
    const feature = compared(compareSamples(large.reference, large.current).features.x);
    expect(feature.tests[0]!.adjustedPValue).toBeLessThan(1e-6);
    expect(feature.verdict).toBe("ok");
  });

  test("of too few rows are insufficient, whatever they are", () => {
    expect(compareSamples(reference, batchFromColumns({ x: normal(99, 2, 5) }))).toMatchObject({
      verdict: "insufficient",
      features: { x: { verdict: "insufficient" } },
    });
  });

  test("that turn null have drifted, and the counts say how many", () => {
    const values = Array.from(normal(1_000, 2), (value, row) =>
      row % 8 === 0 ? null : row % 100 === 1 ? Number.NaN : value,
    );
    const feature = compared(
      compareSamples(reference, batchFromColumns({ x: columnFrom("float64", values) })).features.x,
    );
    expect(feature).toMatchObject({
      verdict: "drift",
      reason: "missing values went from 0.0 % to 13.5 %",
      current: { nulls: 125, notANumber: 10 },
    });
  });

  test("with infinities are compared with them, and drawn without", () => {
    const values = normal(1_000, 2);
    values[0] = Number.POSITIVE_INFINITY;
    values[1] = Number.NEGATIVE_INFINITY;
    const feature = compared(compareSamples(reference, batchFromColumns({ x: values })).features.x);
    expect(feature.current.infinite).toBe(2);
    expect(feature.distribution.edges!.every(Number.isFinite)).toBe(true);
    expect(feature.distribution.current.reduce((a, b) => a + b)).toBe(1_000);
  });

  test.each([
    ["one value", [1]],
    ["nothing but null", [null]],
    ["nothing but infinity", [Number.POSITIVE_INFINITY]],
  ])("of %s, repeated, are compared without a failure", (_, [value]) => {
    const same = batchFromColumns({
      x: columnFrom(
        "float64",
        Array.from({ length: 200 }, () => value ?? null),
      ),
    });
    expect(compareSamples(same, same)).toMatchObject({ verdict: "ok" });
    expect(["ok", "warning", "drift"]).toContain(compareSamples(reference, same).verdict);
  });

  test("int64 and booleans are compared too", () => {
    const ints = batchFromColumns({
      n: BigInt64Array.from({ length: 300 }, (_, row) => BigInt(row)),
      b: columnFrom(
        "bool",
        Array.from({ length: 300 }, (_, row) => row % 2 === 0),
      ),
    });
    expect(compareSamples(ints, ints).features).toMatchObject({
      n: { kind: "numeric", verdict: "ok" },
      b: { kind: "categorical", verdict: "ok" },
    });
  });
});

describe("categories", () => {
  const texts = (count: number, choose: (row: number) => string | null) =>
    batchFromColumns({
      c: columnFrom(
        "dictionary",
        Array.from({ length: count }, (_, row) => choose(row)),
      ),
    });
  const reference = texts(1_000, (row) => ["a", "b", "c"][row % 3]!);

  test("that are new are named, with their counts", () => {
    const current = texts(900, (row) => (row % 9 === 0 ? "new" : ["a", "b", "c"][row % 3]!));
    expect(compareSamples(reference, current).features.c).toMatchObject({
      verdict: "drift",
      unseen: [{ category: "new", count: 100 }],
      reason: expect.stringContaining("unseen: new"),
    });
  });

  test("count null as one of them, apart from the text (null)", () => {
    const current = texts(900, (row) => [null, "(null)", "a"][row % 3]!);
    const feature = compared(compareSamples(reference, current).features.c);
    expect(feature.distribution.categories).toEqual(['"(null)"', "(null)", "a", "b", "c"]);
    expect(feature.current.nulls).toBe(300);
  });

  test("of the same shares are ok in any order", () => {
    expect(
      compareSamples(
        reference,
        texts(900, (row) => ["c", "a", "b"][row % 3]!),
      ).verdict,
    ).toBe("ok");
  });
});

describe("columns that cannot be compared", () => {
  test("give an error entry, and the others their verdict", () => {
    const reference = batchFromColumns({ gone: normal(200, 1), turned: normal(200, 1), x: normal(200, 1) });
    const current = batchFromColumns({
      turned: columnFrom(
        "string",
        Array.from({ length: 200 }, () => "a"),
      ),
      x: normal(200, 1),
    });
    const report = compareSamples(reference, current);
    expect(report).toMatchObject({
      verdict: "error",
      features: {
        gone: { verdict: "error", code: "COLUMN_MISSING" },
        turned: { verdict: "error", code: "TYPE_MISMATCH" },
        x: { verdict: "ok" },
      },
    });
  });

  test.each([
    { significance: 0 },
    { significance: 1 },
    { minimumRows: 0 },
    { stabilityIndex: { warning: 0.3, drift: 0.2 } },
    { nullRate: { warning: -1, drift: 0 } },
    { columns: ["x", "y"] },
    { columns: ["constructor"] },
  ])("settings of %o are refused", (options) => {
    const batch = batchFromColumns({ x: normal(200, 1) });
    expect(() => compareSamples(batch, batch, options)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

test("a report survives JSON", () => {
  const batch = batchFromColumns({ x: normal(200, 1) });
  const report = compareSamples(batch, batch);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test("without drift, few reports of ten features name one", () => {
  let alarms = 0;
  const columns = (seed: number) =>
    batchFromColumns(
      Object.fromEntries(
        Array.from({ length: 10 }, (_, index) => [`x${index}`, normal(300, seed * 100 + index)]),
      ),
    );
  const reference = columns(1);
  for (let seed = 2; seed < 102; seed++)
    if (compareSamples(reference, columns(seed)).verdict !== "ok") alarms++;
  // Nominal is at most 5 of 100, and material changes are rarer still.
  expect(alarms).toBeLessThanOrEqual(5);
});

test("any numbers at all give a verdict", () => {
  const values = fc.array(fc.option(fc.double()), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [reference, current] = [a, b].map((list) => batchFromColumns({ x: columnFrom("float64", list) }));
      expect(["ok", "warning", "drift", "insufficient"]).toContain(
        compareSamples(reference!, current!, { minimumRows: 1 }).verdict,
      );
    }),
  );
});
