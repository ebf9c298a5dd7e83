import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DownsampleMethod, downsample } from "./downsample.js";
import type { MetricHistory } from "./history.js";

function historyOf(values: readonly number[], steps?: readonly bigint[]): MetricHistory {
  return {
    key: "loss",
    steps: BigInt64Array.from(values, (_, index) => steps?.[index] ?? BigInt(index)),
    values: Float64Array.from(values),
    times: Float64Array.from(values, (_, index) => index * 1000),
  };
}

/** The places of the kept points, by their times. */
function places(history: MetricHistory): number[] {
  return Array.from(history.times, (time) => time / 1000);
}

const { NaN: gap, POSITIVE_INFINITY: top, NEGATIVE_INFINITY: bottom } = Number;
const methods = ["minmax", "lttb"] as const;
const value = fc.oneof(
  { weight: 6, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 2, arbitrary: fc.constantFrom(gap, gap, top, bottom, -0) },
);
const history = fc
  .array(fc.tuple(value, fc.bigInt({ min: 0n, max: 3n })), { minLength: 1, maxLength: 200 })
  .map((points) => {
    let step = -5n;
    return historyOf(
      points.map(([one]) => one),
      points.map(([, advance]) => {
        step += advance;
        return step;
      }),
    );
  });
const count = fc.integer({ min: 5, max: 60 });

function gapsOf(values: ArrayLike<number>): number {
  return Array.from(values).filter((one, index) => Number.isNaN(one) && !Number.isNaN(values[index - 1] ?? 0))
    .length;
}

describe.each(methods)("downsample by %s", (method: DownsampleMethod) => {
  it("keeps at most n points of the history, in order, with both ends", () => {
    fc.assert(
      fc.property(history, count, (whole, points) => {
        const drawn = downsample(whole, points, method);
        const kept = places(drawn);
        expect(kept.length).toBeLessThanOrEqual(points);
        expect(kept[0]).toBe(0);
        expect(kept.at(-1)).toBe(whole.values.length - 1);
        for (const [index, place] of kept.entries()) {
          if (index > 0) expect(place).toBeGreaterThan(kept[index - 1]!);
          expect(drawn.values[index]).toBe(whole.values[place]);
          expect(drawn.steps[index]).toBe(whole.steps[place]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("returns what fits as it is", () => {
    const whole = historyOf([1, gap, gap, top, 2]);
    expect(downsample(whole, 5, method)).toBe(whole);
    expect(downsample(historyOf([]), 5, method).values).toHaveLength(0);
  });

  it("keeps each of a few gaps, as one NaN", () => {
    const values = Array.from({ length: 1000 }, (_, index) => Math.sin(index));
    for (const start of [100, 101, 400, 900]) values.fill(gap, start, start + 50);
    const drawn = downsample(historyOf(values), 60, method);
    expect(gapsOf(drawn.values)).toBe(3);
    expect(Array.from(drawn.values).filter(Number.isNaN)).toHaveLength(3);
  });

  it("never draws over a gap while all gaps fit: between two kept neighbours there is none", () => {
    fc.assert(
      fc.property(history, count, (whole, points) => {
        const inner = gapsOf(whole.values.subarray(1, -1));
        const infinite = whole.values.filter((one) => Math.abs(one) === Infinity).length;
        fc.pre(inner + infinite <= (points - 2) / 3);
        const kept = places(downsample(whole, points, method));
        for (const [index, place] of kept.entries()) {
          const skipped = Array.from(whole.values.subarray((kept[index - 1] ?? place) + 1, place));
          const beside = [whole.values[place]!, whole.values[kept[index - 1] ?? place]!];
          if (skipped.some(Number.isNaN)) expect(beside.some(Number.isNaN)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps a gap in every bucket when there are too many to keep all", () => {
    const values = Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? index : gap));
    const drawn = downsample(historyOf(values), 32, method);
    expect(gapsOf(drawn.values)).toBeGreaterThanOrEqual(10);
    expect(drawn.values.some(Number.isFinite)).toBe(true);
  });

  it("shows a history of nothing but NaN as its two ends", () => {
    expect(places(downsample(historyOf(Array(50).fill(gap)), 10, method))).toEqual([0, 49]);
  });

  it("represents a run of NaN that reaches an end by that end", () => {
    const drawn = downsample(historyOf([gap, gap, gap, gap, 1, 2, gap, gap, gap]), 6, method);
    expect(places(drawn)).toEqual([0, 4, 5, 8]);
  });

  it("takes steps as far apart as int64 goes", () => {
    const steps = [-(2n ** 63n), -1n, 0n, 1n, 2n, 3n, 2n ** 63n - 1n];
    const drawn = downsample(historyOf([1, 9, 2, 3, 4, 5, 6], steps), 5, method);
    expect([drawn.steps[0], drawn.steps.at(-1)]).toEqual([steps[0], steps.at(-1)]);
    expect(drawn.values).toContain(9);
  });

  it("refuses fewer than five points, and what is no whole number", () => {
    for (const points of [4, 0, -1, 7.5, gap, top, "9" as never]) {
      expect(() => downsample(historyOf([1]), points, method)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    }
  });
});

describe("downsample by minmax", () => {
  it("keeps the lowest and the highest of each bucket: an example by hand", () => {
    // The ends, and two buckets of four: [3 1 4 1] and [5 9 2 6].
    const drawn = downsample(historyOf([0, 3, 1, 4, 1, 5, 9, 2, 6, 7]), 6, "minmax");
    expect(Array.from(drawn.values)).toEqual([0, 1, 4, 9, 2, 7]);
  });

  it("loses no extreme of the whole, also where it is infinite", () => {
    fc.assert(
      fc.property(history, count, (whole, points) => {
        const drawn = downsample(whole, points, "minmax").values.filter((one) => !Number.isNaN(one));
        const all = whole.values.filter((one) => !Number.isNaN(one));
        expect(Math.max(...drawn)).toBe(Math.max(...all));
        expect(Math.min(...drawn)).toBe(Math.min(...all));
      }),
      { numRuns: 500 },
    );
  });

  it("is the default", () => {
    const whole = historyOf(Array.from({ length: 100 }, (_, index) => Math.sin(index)));
    expect(downsample(whole, 20)).toEqual(downsample(whole, 20, "minmax"));
  });
});

/** The algorithm as published, for finite values: §4.2 of the thesis, after its author's code but for exact bucket bounds. */
function published(x: readonly number[], y: readonly number[], threshold: number): number[] {
  const bound = (i: number): number => Math.floor((i * (y.length - 2)) / (threshold - 2)) + 1;
  const chosen = [0];
  let a = 0;
  for (let i = 0; i < threshold - 2; i++) {
    const start = bound(i + 1);
    const end = Math.min(bound(i + 2), y.length);
    let [meanX, meanY] = [0, 0];
    for (let k = start; k < end; k++) {
      meanX += x[k]!;
      meanY += y[k]!;
    }
    meanX /= end - start;
    meanY /= end - start;
    let [largest, next] = [-1, a];
    for (let k = bound(i); k < start; k++) {
      const area = Math.abs((x[a]! - meanX) * (y[k]! - y[a]!) - (x[a]! - x[k]!) * (meanY - y[a]!)) * 0.5;
      if (area > largest) [largest, next] = [area, k];
    }
    chosen.push(next);
    a = next;
  }
  return [...chosen, y.length - 1];
}

describe("downsample by lttb", () => {
  it("keeps the point of the largest triangle: an example by hand", () => {
    // Buckets [1 5], [0 0], [4 1]. First: the mean of the next is (3.5, 0); from (0, 0) the areas are 1.75 and 8.75: 5.
    // Second: the mean of the next is (5.5, 2.5); from (2, 5) the areas are 7.5 and 6.25: the 0 at 3.
    // Third: after it comes the end (7, 0); from (3, 0) the areas are 8 and 2: 4.
    const drawn = downsample(historyOf([0, 1, 5, 0, 0, 4, 1, 0]), 5, "lttb");
    expect(places(drawn)).toEqual([0, 2, 3, 5, 7]);
  });

  it("chooses what the published algorithm chooses", () => {
    const step = fc.bigInt({ min: 1n, max: 9n });
    const finite = fc.array(fc.tuple(fc.integer({ min: -1000, max: 1000 }), step), {
      minLength: 8,
      maxLength: 150,
    });
    fc.assert(
      fc.property(finite, count, (points, threshold) => {
        fc.pre(points.length > threshold);
        let at = 0n;
        const steps = points.map(([, advance]) => {
          at += advance;
          return at;
        });
        const values = points.map(([one]) => one);
        expect(places(downsample(historyOf(values, steps), threshold, "lttb"))).toEqual(
          published(
            steps.map((one) => Number(one - steps[0]!)),
            values,
            threshold,
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("keeps runs of the same infinity as one point and lets none decide about areas", () => {
    const smooth = Array.from({ length: 200 }, (_, index) => (index === 150 ? 50 : Math.sin(index / 9)));
    const values = [...smooth];
    values.fill(top, 60, 80);
    values.fill(bottom, 80, 90);
    const drawn = downsample(historyOf(values), 40, "lttb").values;
    expect(drawn.filter((one) => one === top)).toHaveLength(1);
    expect(drawn.filter((one) => one === bottom)).toHaveLength(1);
    expect(drawn).toContain(50);
    expect(drawn.length).toBeGreaterThan(35);
  });

  it("is not misled by values whose products would overflow", () => {
    const values = Array.from({ length: 100 }, (_, index) => (index === 50 ? -1.5e308 : 1e307 * (index % 3)));
    expect(places(downsample(historyOf(values), 10, "lttb"))).toContain(50);
  });
});
