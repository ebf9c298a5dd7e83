import fc from "fast-check";
import { expect, test } from "vitest";
import { comparePoints, type MetricPoint, mergeSummaries, summaryOf } from "./summary.js";

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
