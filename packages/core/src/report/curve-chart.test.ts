import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curveChart } from "./curve-chart.js";

const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });
const curvePaths = (markup: string): string[] =>
  [...markup.matchAll(/<path data-item="\d+" d="([^"]*)"/g)].map((found) => found[1]!);

describe("curveChart", () => {
  it("draws any values inside the picture", () => {
    const list = fc.array(fc.double(), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(list, { maxLength: 4 }), list, (all, edge) => {
        const x = (y: readonly number[]): number[] => y.map((_, index) => index);
        const { markup } = curveChart({
          title: "t",
          curves: all.map((y, index) => ({ name: `${index}`, x: x(y), y })),
          bands: [{ name: "b", x: x(edge), low: edge, high: edge }],
        });
        expect(markup).not.toMatch(/NaN|Infinity|undefined/u);
        for (const path of markup.match(/ d="[^"]*"/g) ?? []) {
          for (const number of path.match(/-?\d+(\.\d+)?/g)!)
            expect(Math.abs(Number(number))).toBeLessThan(700);
        }
      }),
    );
  });

  it("draws every point, interrupts where a value is missing, and shows a lone one as a dot", () => {
    const y = [1, 2, Number.NaN, 3, Number.POSITIVE_INFINITY, 4, 5, 4];
    const { markup } = curveChart({ title: "t", curves: [{ name: "a", x: y.map((_, i) => i), y }] });
    const [lines, dots] = curvePaths(markup);
    expect(lines!.match(/[ML]/g)!.join("")).toBe("MLMLL");
    expect(dots).toMatch(/^M[\d.]+ [\d.]+h0$/u);
  });

  it("gives each curve its colour and item; from the seventh on dashed; null is grey", () => {
    const curve = (color: number | null) => ({ name: "a", x: [0, 1], y: [1, 2], color, item: 40 });
    const { markup } = curveChart({ title: "t", legend: false, curves: [1, 7, null].map(curve) });
    const [second, eighth, grey] = [...markup.matchAll(/<path data-item="40"[^>]*>/g)].map(([tag]) => tag);
    expect(second).toContain("var(--series-2,");
    expect(second).not.toContain("dasharray");
    expect(eighth).toMatch(/var\(--series-2,.*dasharray/u);
    expect(grey).toContain("var(--muted,");
  });

  it("draws bands below curves and names both in the legend", () => {
    const { markup } = curveChart({
      title: "t",
      curves: [{ name: "median", x: [0, 1], y: [1, 2] }],
      bands: [{ name: "middle half", x: [0, 1, 2], low: [0, 1, Number.NaN], high: [2, 3, 4] }],
    });
    expect(markup).toMatch(/>median<.*>middle half</u);
    expect(markup.indexOf('fill-opacity="0.22"><title>')).toBeLessThan(markup.indexOf('data-part="curves"'));
    expect(/ d="(M[^"]*z)"/u.exec(markup)![1]!.match(/[ML]/g)).toHaveLength(4);
  });

  it("is logarithmic where values lie very far apart, or when told", () => {
    const chart = (y: number[], scale?: "linear" | "log") =>
      curveChart({ title: "t", curves: [{ name: "a", x: [0, 1], y }], scale }).markup;
    expect(chart([0.001, 1])).toContain(">log scale<");
    expect(chart([0.01, 1])).not.toContain("log scale");
    expect(chart([0.01, 1], "log")).toContain("log scale");
    expect(chart([-1, 1], "log")).not.toContain("log scale");
  });

  it("says that there is no data", () => {
    expect(curveChart({ title: "t", curves: [] }).markup).toMatch(/>no data</u);
    expect(curveChart({ title: "t", curves: [{ name: "a", x: [0], y: [Number.NaN] }] }).markup).toMatch(
      />no data</u,
    );
  });

  it("refuses x that does not fit", () => {
    const chart = (x: number[]) => () => curveChart({ title: "t", curves: [{ name: "a", x, y: [1, 2] }] });
    expect(chart([1])).toThrow(refused);
    expect(chart([2, 1])).toThrow(refused);
    expect(chart([0, Number.NaN])).toThrow(refused);
    const bands = [{ name: "b", x: [0, 1], low: [1, 2], high: [1] }];
    expect(() => curveChart({ title: "t", curves: [], bands })).toThrow(refused);
  });
});
