import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toDuration, toIso, toMicros } from "./times.js";

describe("a point in time", () => {
  test.each<[Parameters<typeof toMicros>[0], number]>([
    [0, 0],
    [-5, -5],
    [new Date(1_500), 1_500_000],
    ["1970-01-01T00:00:00Z", 0],
    ["1970-01-01T00:00Z", 0],
    ["1970-01-01T00:00:00.000001Z", 1],
    ["1969-12-31T23:59:59.999999Z", -1],
    ["1970-01-01T01:00:00.5+01:00", 500_000],
    ["1970-01-01T00:00:00.123456789Z", 123_456],
    ["2026-01-31T12:00:00-0730", 1_769_887_800_000_000],
  ])("%o is %i microseconds", (time, micros) => {
    expect(toMicros(time)).toBe(micros);
  });

  test.each([
    "2026-01-31T12:00:00",
    "2026-01-31",
    "yesterday",
    "2026-13-01T00:00:00Z",
    "",
    1.5,
    Number.NaN,
    2 ** 53,
    new Date("x"),
    new Date(8.64e15),
    "9999-12-31T23:59:59Z",
    "2026-02-30T00:00:00Z",
    5n as never,
  ])("%o is refused", (time) => {
    expect(() => toMicros(time, "from")).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path: "from" } }),
    );
  });

  test("is written with its microseconds, and read back exactly", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (micros) => {
        expect(toMicros(toIso(micros))).toBe(micros);
      }),
    );
    expect(toIso(1)).toBe("1970-01-01T00:00:00.000001Z");
  });
});

describe("a duration", () => {
  test.each<[number | string, number]>([
    [0, 0],
    [1_500, 1_500],
    ["250ms", 250_000],
    ["1.5s", 1_500_000],
    ["5us", 5],
    ["2m", 120_000_000],
    ["1h", 3_600_000_000],
    ["90d", 7_776_000_000_000],
    ["1w", 604_800_000_000],
    ["0.4us", 0],
  ])("%o is %i microseconds", (duration, micros) => {
    expect(toDuration(duration)).toBe(micros);
  });

  test.each([
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "1 h",
    "h",
    "1y",
    "",
    "-1h",
    1.6,
    1e300,
    "99999999999w",
    5n as never,
  ])("%o is refused", (duration) => {
    expect(() => toDuration(duration)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
