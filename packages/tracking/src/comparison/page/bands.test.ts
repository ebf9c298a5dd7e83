import { expect, test } from "vitest";
import type { MetricHistory } from "../../metrics/history.js";
import { bandsOf } from "./bands.js";

function historyOf(steps: readonly bigint[], values: readonly number[]): MetricHistory {
  return {
    key: "loss",
    steps: BigInt64Array.from(steps),
    values: Float64Array.from(values),
    times: new Float64Array(values.length),
  };
}

test("bands are quantiles over the runs at even steps, on the lines between their points", () => {
  // At step 40 the five runs have 0.5, 1.5, 2.5, 3.5 and 4.5.
  const runs = [0, 1, 2, 3, 4].map((start) => historyOf([0n, 80n], [start, start + 1]));
  const { bands, median } = bandsOf(runs);
  expect(Array.from(median.x)).toEqual(Array.from({ length: 81 }, (_, step) => step));
  expect(median.y[0]).toBe(2);
  expect(median.y[40]).toBe(2.5);
  const [outer, inner] = bands;
  // Type 7: the place of a share among five sorted values is 4 × share.
  expect([outer!.low[40], inner!.low[40], inner!.high[40], outer!.high[40]]).toEqual([
    expect.closeTo(0.9, 12),
    1.5,
    3.5,
    expect.closeTo(4.1, 12),
  ]);
});

test("there is no band where fewer than three runs are left, and none over a gap", () => {
  const runs = [
    historyOf([0n, 80n], [1, 1]),
    historyOf([0n, 80n], [2, 2]),
    historyOf([0n, 40n], [3, 3]),
    historyOf([0n, 10n, 20n, 30n, 40n], [4, 4, Number.NaN, 4, 4]),
    historyOf([], []),
  ];
  const { median } = bandsOf(runs);
  expect([median.y[5], median.y[15], median.y[40], median.y[41]]).toEqual([2.5, 2, 2.5, Number.NaN]);
});
