import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parallelCoordinates } from "./parallel-coordinates.js";
import { scatterChart } from "./scatter-chart.js";

const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });
const value = fc.oneof(fc.double(), fc.constant(null));
const values = (length: number) =>
  fc.oneof(
    fc.array(value, { minLength: length, maxLength: length }),
    fc.array(fc.oneof(fc.string(), value), { minLength: length, maxLength: length }),
  );

describe("scatterChart", () => {
  it("draws any values inside the picture, one point where both have a place", () => {
    fc.assert(
      fc.property(values(40), values(40), (x, y) => {
        const { markup } = scatterChart({
          title: "t",
          x: { label: "x", values: x },
          y: { label: "y", values: y },
          names: x.map(() => "n"),
        });
        const isText = (list: typeof x) => list.some((one) => typeof one === "string");
        const isThere = (list: typeof x, at: number) =>
          list[at] !== null && (isText(list) || Number.isFinite(list[at]));
        expect([...markup.matchAll(/<circle data-item="(\d+)"/g)].map((found) => Number(found[1]))).toEqual(
          x.map((_, at) => at).filter((at) => isThere(x, at) && isThere(y, at)),
        );
        for (const [, cx, cy] of markup.matchAll(/cx="([^"]*)" cy="([^"]*)"/g)) {
          expect(Number(cx)).toBeGreaterThan(0);
          expect(Number(cx)).toBeLessThan(640);
          expect(Number(cy)).toBeGreaterThan(0);
          expect(Number(cy)).toBeLessThan(340);
        }
      }),
    );
  });

  it("says how many points it leaves out, in the description", () => {
    const x = { label: "x", values: [1, 2, null] };
    const { markup } = scatterChart({ title: "t", x, y: { label: "y", values: [1, null, 3] } });
    expect(markup).toContain("<desc>1 points of x and y; 2 have no value of both.</desc>");
  });

  it("draws grey points below coloured ones", () => {
    const field = (label: string) => ({ label, values: [1, 2, 3] });
    const { markup } = scatterChart({ title: "t", x: field("x"), y: field("y"), colors: [0, null, 7] });
    expect(
      [...markup.matchAll(/data-item="(\d)"[^>]*fill="([^,]*),/g)].map(([, item, fill]) => [item, fill]),
    ).toEqual([
      ["1", "var(--reference"],
      ["0", "var(--series-1"],
      ["2", "var(--series-2"],
    ]);
  });

  it("spreads many things of one category about its place", () => {
    const x = { label: "x", values: Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? "a" : "b")) };
    const { markup } = scatterChart({
      title: "t",
      x,
      y: { label: "y", values: Array(60).fill(1) as number[] },
    });
    const places = [...markup.matchAll(/data-item="(\d+)" cx="([^"]*)"/g)];
    const of = (rest: number) =>
      places.filter(([, item]) => Number(item) % 2 === rest).map(([, , cx]) => Number(cx));
    expect(new Set(of(0)).size).toBeGreaterThan(20);
    expect(Math.max(...of(0))).toBeLessThan(Math.min(...of(1)));
  });

  it("refuses lists that do not fit, and says that there is no data", () => {
    const x = { label: "x", values: [1, 2] };
    expect(() => scatterChart({ title: "t", x, y: { label: "y", values: [1] } })).toThrow(refused);
    expect(() => scatterChart({ title: "t", x, y: x, names: ["a"] })).toThrow(refused);
    expect(scatterChart({ title: "t", x, y: { label: "y", values: [null, null] } }).markup).toContain(
      ">no data<",
    );
  });
});

const lines = (markup: string) =>
  [...markup.matchAll(/<path data-item="(\d+)" d="([^"]*)" stroke="var\(--([^,]*),/g)].map(
    ([, item, path, color]) => ({ item: Number(item), path: path!, color }),
  );

describe("parallelCoordinates", () => {
  it("draws any values inside the picture", () => {
    fc.assert(
      fc.property(fc.array(values(12), { maxLength: 6 }), (all) => {
        const axes = all.map((one, index) => ({ label: `${index}`, values: one }));
        const { markup } = parallelCoordinates({ title: "t", axes });
        // A text may say NaN; a place may not.
        expect(markup).not.toMatch(
          / (?:d|x|y|x1|x2|y1|y2|cx|cy|width|height|transform)="[^"]*(?:NaN|Infinity|undefined)/u,
        );
        for (const { path } of lines(markup)) {
          for (const number of path.match(/-?\d+(\.\d+)?/g)!) {
            expect(Number(number)).toBeGreaterThan(0);
            expect(Number(number)).toBeLessThan(960);
          }
        }
      }),
    );
  });

  const axes = [
    { label: "rate", values: [1, 2, 3] },
    { label: "optimizer", values: ["a", null, "b"] },
    { label: "auc", values: [0.9, 0.1, 0.5] },
  ];

  it("interrupts a line where it has no value", () => {
    const [second] = lines(parallelCoordinates({ title: "t", axes }).markup).filter(({ item }) => item === 1);
    expect(second!.path).toMatch(/^M[\d.]+ [\d.]+M[\d.]+ [\d.]+$/u);
  });

  it("colours by the last axis, and draws what stands out last", () => {
    const order = (emphasis?: "high" | "low") =>
      lines(parallelCoordinates({ title: "t", axes, emphasis }).markup).map(({ item, color }) => [
        item,
        color,
      ]);
    expect(order()).toEqual([
      [1, "ramp-1"],
      [2, "ramp-4"],
      [0, "ramp-7"],
    ]);
    expect(order("low").map(([item]) => item)).toEqual([0, 2, 1]);
  });

  it("takes the colours of its things", () => {
    const { markup } = parallelCoordinates({ title: "t", axes, colors: [5, 0, 6] });
    expect(lines(markup).map(({ color }) => color)).toEqual(["series-6", "series-1", "series-1"]);
    expect(markup).not.toContain("<rect");
  });

  it("refuses lists that do not fit, and says that there is no data", () => {
    const short = { label: "s", values: [1] };
    expect(() => parallelCoordinates({ title: "t", axes: [...axes, short] })).toThrow(refused);
    expect(() => parallelCoordinates({ title: "t", axes, names: ["a"] })).toThrow(refused);
    expect(parallelCoordinates({ title: "t", axes: [] }).markup).toContain(">no data<");
  });
});
