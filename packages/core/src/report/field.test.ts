import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldAxis } from "./field.js";

const axis = (values: readonly (number | string | null)[], ticks?: "round" | "values") =>
  fieldAxis({ label: "l", values, ticks });

describe("fieldAxis", () => {
  it("places any numbers inside, in their order, and nothing else", () => {
    const value = fc.oneof(fc.double(), fc.constant(null));
    fc.assert(
      fc.property(fc.array(value), fc.constantFrom("round" as const, "values" as const), (values, marks) => {
        const { places, ticks } = axis(values, marks);
        for (const [index, place] of places.entries()) {
          const given = values[index]!;
          expect(place === null).toBe(given === null || !Number.isFinite(given));
          if (place === null) continue;
          expect(place).toBeGreaterThanOrEqual(-1e-9);
          expect(place).toBeLessThanOrEqual(1 + 1e-9);
          for (const [other, there] of places.entries()) {
            if (there !== null && values[other]! < given!) expect(there).toBeLessThanOrEqual(place + 1e-9);
          }
        }
        for (const { at } of ticks) expect(Number.isFinite(at)).toBe(true);
      }),
    );
  });

  it("is logarithmic for positive numbers that lie far apart", () => {
    const { kind, ticks, places } = axis([0.0001, 0.001, 0.1]);
    expect(kind).toBe("log");
    expect(ticks.map(({ label }) => label)).toEqual(["0.0001", "0.001", "0.01", "0.1"]);
    expect(places[1]! - places[0]!).toBeCloseTo((places[2]! - places[0]!) / 3, 12);
    expect(axis([1, 99]).kind).toBe("linear");
    expect(axis([-1, 1000]).kind).toBe("linear");
    expect(fieldAxis({ label: "l", values: [1, 2] }, { scale: "log" }).kind).toBe("log");
    expect(fieldAxis({ label: "l", values: [1, 2000] }, { scale: "linear" }).kind).toBe("linear");
    expect(fieldAxis({ label: "l", values: [0, 2000] }, { scale: "log" }).kind).toBe("linear");
  });

  it("marks few numbers themselves when asked", () => {
    const { ticks, places } = axis([64, 32, 128, 32], "values");
    expect(ticks.map(({ label }) => label)).toEqual(["32", "64", "128"]);
    expect(ticks.map(({ at }) => at)).toEqual([places[1], places[0], places[2]]);
    expect(axis([1, 2, 3, 4, 5, 6, 7, 8, 9], "values").ticks[0]?.label).not.toBe("1");
    expect(axis([7, 7], "values").places).toEqual([0.5, 0.5]);
  });

  it("spaces categories evenly in natural order", () => {
    const { kind, ticks, places } = axis(["v10", "v2", null, "v2", ""]);
    expect(kind).toBe("category");
    expect(ticks.map(({ label }) => label)).toEqual(["(empty)", "v2", "v10"]);
    expect(places).toEqual([2.5 / 3, 0.5, null, 0.5, 0.5 / 3]);
    expect(axis([1, "a"]).ticks.map(({ label }) => label)).toEqual(["1", "a"]);
  });

  it("has no ticks for no values", () => {
    expect(axis([null, Number.NaN])).toEqual({ kind: "linear", ticks: [], places: [null, null] });
  });
});
