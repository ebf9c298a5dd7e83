import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { niceAxis } from "./axis.js";
import { barChart } from "./bar-chart.js";
import { histogramPair } from "./histogram-pair.js";
import { lineChart } from "./line-chart.js";
import { fitText, textWidth } from "./svg.js";

const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });

describe("niceAxis", () => {
  const end = fc.double({ noNaN: true, noDefaultInfinity: true });

  it("covers any two numbers with a few even ticks", () => {
    fc.assert(
      fc.property(end, end, fc.integer({ min: 2, max: 10 }), fc.boolean(), (a, b, count, tight) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const axis = niceAxis(low, high, count, tight);
        expect(axis.low).toBeLessThan(axis.high);
        expect(axis.ticks.length).toBeLessThanOrEqual(2 * count + 3);
        const slack = (Math.abs(low) + Math.abs(high)) * 1e-9;
        expect(axis.low).toBeLessThanOrEqual(low + slack);
        expect(axis.high).toBeGreaterThanOrEqual(high - slack);
        for (const { value, label } of axis.ticks) {
          expect(Number.isFinite(value)).toBe(true);
          expect(label.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("labels ticks alike", () => {
    const labels = (low: number, high: number) => niceAxis(low, high, 5).ticks.map(({ label }) => label);
    expect(labels(0, 1)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    expect(labels(-3, 4)).toEqual(["−3", "−2", "−1", "0", "1", "2", "3", "4"]);
    expect(labels(0, 90_000)).toEqual(["0", "20,000", "40,000", "60,000", "80,000", "100,000"]);
    expect(labels(0, 3e-7)).toEqual(["0", "5e−8", "1e−7", "1.5e−7", "2e−7", "2.5e−7", "3e−7"]);
    expect(labels(5, 5)).toContain("5");
  });
});

describe("fitText", () => {
  it("never exceeds the width and ends in an ellipsis when shortened", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.integer({ min: 30, max: 300 }),
        (text, width) => {
          const fitted = fitText(text, width);
          if (fitted !== text) expect(fitted).toMatch(/…$/u);
          expect(textWidth(fitted)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

/** All numbers that stand in the paths of a picture. */
function pathNumbers(markup: string): number[] {
  const paths = markup.match(/ d="[^"]*"/g) ?? [];
  return paths.flatMap((path) => (path.match(/-?\d+(\.\d+)?/g) ?? []).map(Number));
}

describe("lineChart", () => {
  it("draws any values inside the picture", () => {
    const value = fc.double();
    fc.assert(
      fc.property(fc.array(fc.array(value, { maxLength: 30 }), { maxLength: 4 }), (all) => {
        const { markup } = lineChart({
          title: "t",
          series: all.map((y, index) => ({ name: `${index}`, y })),
        });
        expect(markup).not.toMatch(/NaN|Infinity|undefined/u);
        for (const number of pathNumbers(markup)) expect(Math.abs(number)).toBeLessThan(700);
      }),
    );
  });

  it("keeps a spike among 100,000 points and stays small", () => {
    const y = Float64Array.from({ length: 100_000 }, (_, index) =>
      index === 54_321 ? 100 : Math.sin(index),
    );
    const { markup } = lineChart({ title: "t", series: [{ name: "a", y }] });
    expect(markup.length).toBeLessThan(60_000);
    const curve = markup.split('stroke-width="1.8"')[0]!.split(' d="').at(-1)!;
    const heights = curve.match(/ (\d+(\.\d+)?)(?=[L"])/g)!.map(Number);
    expect(Math.min(...heights)).toBeLessThan(
      Math.min(...heights.filter((h) => h > Math.min(...heights))) - 100,
    );
  });

  it("interrupts a line where a value is missing and shows a lone point as a dot", () => {
    const { markup } = lineChart({
      title: "t",
      series: [{ name: "a", y: [1, 2, Number.NaN, 3, Number.NaN, 4, 5] }],
    });
    const [lines, dots] = [
      / d="([^"]*)" stroke="[^"]*" stroke-width="1.8"/u,
      / d="([^"]*)" stroke="[^"]*" stroke-width="6"/u,
    ];
    expect(lines.exec(markup)![1]!.match(/M/g)).toHaveLength(2);
    expect(dots.exec(markup)![1]).toMatch(/^M[\d.]+ [\d.]+h0$/u);
  });

  it("says that there is no data", () => {
    for (const series of [[], [{ name: "a", y: [] }], [{ name: "a", y: [Number.NaN] }]]) {
      expect(lineChart({ title: "t", series }).markup).toMatch(/>no data</u);
    }
  });

  it("is named and described", () => {
    const { markup } = lineChart({ title: "Loss", series: [{ name: "training", y: [0.9, 0.3] }] });
    expect(markup).toMatch(/role="img" aria-label="Loss"/u);
    expect(markup).toMatch(/<desc>training: last 0.3. Values from 0.3 to 0.9.<\/desc>/u);
  });

  it("refuses x that does not fit", () => {
    const chart = (x: number[]) => () => lineChart({ title: "t", series: [{ name: "a", x, y: [1, 2] }] });
    expect(chart([1])).toThrow(refused);
    expect(chart([2, 1])).toThrow(/never decrease/);
    expect(chart([1, Number.NaN])).toThrow(refused);
  });
});

describe("histogramPair", () => {
  it("draws shares, so that samples of different sizes compare", () => {
    const one = histogramPair({
      title: "t",
      edges: [0, 1, 2],
      reference: [1, 3],
      current: [10, 30],
      description: "d",
    });
    const ten = histogramPair({
      title: "t",
      edges: [0, 1, 2],
      reference: [10, 30],
      current: [1, 3],
      description: "d",
    });
    expect(one.markup).toBe(ten.markup);
  });

  it("draws bins of different widths as density", () => {
    const { markup } = histogramPair({ title: "t", edges: [0, 1, 3], reference: [1, 2], current: [1, 2] });
    expect(markup).toMatch(/>density</u);
    // One third in one unit, two thirds in two: the same height.
    expect(/ d="M[\d.]+ [\d.]+V([\d.]+)H[\d.]+V([\d.]+)H/u.exec(markup)!.slice(1)).toSatisfy(
      ([a, b]: string[]) => a === b,
    );
  });

  it("tells both sizes and where the difference is largest", () => {
    const numbers = histogramPair({
      title: "t",
      edges: [0, 10, 20],
      reference: [50, 50],
      current: [1, 3],
    }).markup;
    expect(numbers).toContain(
      "reference: 100 values, current: 4. The largest difference is at 0 to 10: 50 % against 25 %.",
    );
    const words = histogramPair({
      title: "t",
      categories: ["own", "rent"],
      reference: [0, 0],
      current: [1, 3],
    }).markup;
    expect(words).toContain("The largest difference is at rent: 0 % against 75 %.");
  });

  it("sums the rest of many categories", () => {
    const categories = Array.from({ length: 1000 }, (_, index) => `c${index}`);
    const counts = categories.map((_, index) => index);
    const { markup } = histogramPair({
      title: "t",
      categories,
      reference: counts,
      current: counts,
      limit: 5,
    });
    expect(markup).toMatch(/>c999</u);
    expect(markup).toMatch(/>995 others</u);
    expect(markup.match(/<rect/g)).toHaveLength(2 + 2 * 6);
  });

  it("draws nothing where there is nothing", () => {
    for (const empty of [
      histogramPair({ title: "t", edges: [0, 1], reference: [0], current: [0] }),
      histogramPair({ title: "t", edges: [0], reference: [], current: [] }),
      histogramPair({ title: "t", categories: [], reference: [], current: [] }),
    ]) {
      expect(empty.markup).not.toMatch(/NaN|Infinity|undefined/u);
    }
  });

  it("stays small: 30 bins in less than 8 KB, tooltips and description included", () => {
    const edges = Array.from({ length: 31 }, (_, index) => index * 1234.5);
    const counts = edges.slice(1).map((_, index) => 1000 - 31 * index);
    const { markup } = histogramPair({ title: "income", edges, reference: counts, current: counts });
    expect(markup.length).toBeLessThan(8_000);
  });

  it("refuses what does not fit together", () => {
    const base = { title: "t", reference: [1, 2], current: [3, 4] };
    expect(() => histogramPair(base)).toThrow(/either edges or categories/);
    expect(() => histogramPair({ ...base, edges: [0, 1, 2], categories: ["a", "b"] })).toThrow(refused);
    expect(() => histogramPair({ ...base, edges: [0, 1] })).toThrow(/reference: has 2 counts for 1 bins/);
    expect(() => histogramPair({ ...base, edges: [0, 1, 1] })).toThrow(/edges\[2\]/);
    expect(() => histogramPair({ ...base, edges: [0, 1, Infinity] })).toThrow(/edges\[2\]/);
    expect(() => histogramPair({ ...base, edges: [0, 1, 2], current: [1, -1] })).toThrow(/current\[1\]/);
  });
});

describe("barChart", () => {
  it("draws bars in proportion, negative ones to the left", () => {
    const { markup } = barChart({
      title: "t",
      bars: [
        { label: "a", value: 4 },
        { label: "b", value: 2 },
        { label: "c", value: -1 },
      ],
    });
    const bars = [...markup.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map((m) => [
      Number(m[1]),
      Number(m[2]),
    ]);
    expect(bars[0]![1]! / bars[1]![1]!).toBeCloseTo(2, 1);
    expect(bars[2]![0]! + bars[2]![1]!).toBeCloseTo(bars[0]![0]!, 0);
  });

  it("takes no bars, zero bars and huge values", () => {
    expect(barChart({ title: "t", bars: [] }).markup).toMatch(/no data/u);
    for (const value of [0, 1e308, -1e308, 5e-324]) {
      const { markup } = barChart({
        title: "t",
        bars: [
          { label: "a", value },
          { label: "b", value: -value },
        ],
      });
      expect(markup).not.toMatch(/NaN|Infinity|undefined/u);
    }
    expect(() => barChart({ title: "t", bars: [{ label: "a", value: Number.NaN }] })).toThrow(
      /bars\[0\]\.value/,
    );
  });
});
