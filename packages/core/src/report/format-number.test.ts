import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNumber, formatShare } from "./format-number.js";

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [7, "7"],
    [-1234, "−1,234"],
    [1234567, "1,234,567"],
    [0.5, "0.5"],
    [0.123456, "0.1235"],
    [12.3456, "12.35"],
    [999.96, "1,000"],
    [1234.56, "1,235"],
    [1_234_567.8, "1,234,568"],
    [0.00012345, "0.0001234"],
    [0.0000999, "9.99e−5"],
    [2.771968337745253e-22, "2.77e−22"],
    [5e-324, "4.94e−324"],
    [1e15, "1e15"],
    [1.7976931348623157e308, "1.8e308"],
    [Number.NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
  ])("writes %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it("keeps as many digits as are asked for", () => {
    expect(formatNumber(Math.PI, { digits: 2 })).toBe("3.1");
    expect(formatNumber(Math.PI, { digits: 7 })).toBe("3.141593");
  });

  it("can be read back to within half a unit of its last digit", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const back = Number(formatNumber(value).replaceAll(",", "").replaceAll("−", "-"));
        // Rounding up at the very end of the range overflows.
        if (Math.abs(value) < 1e308)
          expect(Math.abs(back - value)).toBeLessThanOrEqual(0.0051 * Math.abs(value));
      }),
    );
  });
});

describe("formatShare", () => {
  it.each([
    [0, "0 %"],
    [1, "100 %"],
    [0.1234, "12.3 %"],
    [0.00456, "0.46 %"],
    [0.9996, "100 %"],
  ])("writes %d as %s", (share, text) => {
    expect(formatShare(share)).toBe(text);
  });
});
