import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  comparePoints,
  type MetricPoint,
  type MetricSummary,
  mergeSummaries,
  summaryOf,
  withBest,
} from "./summary.js";

const point: fc.Arbitrary<MetricPoint> = fc.record({
  value: fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, 0, 1)),
  step: fc.bigInt({ min: -3n, max: 3n }),
  time: fc.nat(3),
});
const summary = point.map(summaryOf);

test("merging is commutative, associative and idempotent", () => {
  fc.assert(
    fc.property(summary, summary, summary, (a, b, c) => {
      expect(mergeSummaries(a, b)).toEqual(mergeSummaries(b, a));
      expect(mergeSummaries(a, mergeSummaries(b, c))).toEqual(mergeSummaries(mergeSummaries(a, b), c));
      const merged = mergeSummaries(a, b);
      expect(mergeSummaries(merged, a)).toEqual(merged);
    }),
  );
});

describe("the best point", () => {
  /** By the words of the rule, from all points. */
  function bestByHand(
    points: readonly MetricPoint[],
    goal: "minimize" | "maximize",
  ): MetricPoint | undefined {
    const numbers = points.filter(({ value }) => !Number.isNaN(value));
    const isBetter = (a: MetricPoint, b: MetricPoint): boolean => {
      if (Object.is(a.value, b.value)) return a.step === b.step ? a.time < b.time : a.step < b.step;
      if (a.value === b.value) return Object.is(a.value, -0) === (goal === "minimize");
      return goal === "minimize" ? a.value < b.value : a.value > b.value;
    };
    return numbers.reduce<MetricPoint | undefined>(
      (best, one) => (best === undefined || isBetter(one, best) ? one : best),
      undefined,
    );
  }

  test("is the smallest or largest value where it was first, never NaN, in whatever order and number points are merged", () => {
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 20 }),
        fc.constantFrom("minimize" as const, "maximize" as const),
        fc.integer(),
        (points, goal, seed) => {
          const merge = (some: readonly MetricPoint[]): MetricSummary =>
            some.map(summaryOf).reduce((a, b) => mergeSummaries(a, b));
          const half = Math.abs(seed) % points.length;
          const shuffled = [...points.slice(half), ...points, ...points.slice(0, half)].reverse();
          expect(withBest(merge(points), goal).best).toEqual(bestByHand(points, goal));
          expect(withBest(merge(shuffled), goal)).toEqual(withBest(merge(points), goal));
        },
      ),
    );
  });

  test("is not told where an earlier release did not keep the place, until a better value comes", () => {
    const { minimumAt: _, maximumAt: __, ...old } = summaryOf({ value: 1, step: 5n, time: 5 });
    expect(withBest(old, "minimize")).not.toHaveProperty("best");
    const equal = mergeSummaries(old, summaryOf({ value: 1, step: 9n, time: 9 }));
    expect(withBest(equal, "minimize").best).toEqual({ value: 1, step: 9n, time: 9 });
    const better = mergeSummaries(old, summaryOf({ value: 0.5, step: 9n, time: 9 }));
    expect(withBest(better, "minimize").best).toEqual({ value: 0.5, step: 9n, time: 9 });
  });

  test("follows the goal when that changes", () => {
    const summary = mergeSummaries(
      summaryOf({ value: 1, step: 1n, time: 1 }),
      summaryOf({ value: 2, step: 2n, time: 2 }),
    );
    expect(withBest(withBest(summary, "minimize"), "maximize").best).toEqual({ value: 2, step: 2n, time: 2 });
  });
});

test("points are ordered totally: by step, then time, then value, NaN lowest", () => {
  fc.assert(
    fc.property(point, point, point, (a, b, c) => {
      expect(Math.sign(comparePoints(a, b))).toBe(-Math.sign(comparePoints(b, a)) + 0);
      if (comparePoints(a, b) <= 0 && comparePoints(b, c) <= 0)
        expect(comparePoints(a, c)).toBeLessThanOrEqual(0);
    }),
  );
  const at = (value: number, step = 0n, time = 0): MetricPoint => ({ value, step, time });
  const ordered = [
    at(9, -1n),
    at(Number.NaN),
    at(Number.NEGATIVE_INFINITY),
    at(-0),
    at(0),
    at(1, 0n, 1),
    at(-5, 1n),
  ];
  expect([...ordered].reverse().sort(comparePoints)).toEqual(ordered);
});
