import { fromCanonicalJson, type StructuredValue, toCanonicalJson } from "@millwright/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type MetricPoint, type MetricSummary, mergeSummaries, summaryOf } from "../metrics/summary.js";
import { fromStoredSummary, isStoredSummary, type StoredSummary, toStoredSummary } from "./stored-summary.js";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const point: fc.Arbitrary<MetricPoint> = fc.record({
  value: fc.double(),
  step: fc.oneof(int64, fc.bigInt({ min: -5n, max: 5n })),
  time: fc.maxSafeInteger(),
});
const summary = fc
  .array(point, { minLength: 1, maxLength: 5 })
  .map((points) => points.map(summaryOf).reduce(mergeSummaries));

/** As a record is written and read. */
function roundTrip(value: MetricSummary): MetricSummary {
  const text = toCanonicalJson(toStoredSummary(value) as unknown as StructuredValue);
  const stored = fromCanonicalJson(text) as unknown as StoredSummary;
  expect(isStoredSummary(stored)).toBe(true);
  return fromStoredSummary(stored);
}

test("a summary comes back as it was, whatever its numbers", () => {
  fc.assert(
    fc.property(summary, (value) => {
      expect(roundTrip(value)).toEqual(value);
    }),
  );
  const zero = summaryOf({ value: -0, step: 2n ** 63n - 1n, time: 1 });
  expect(Object.is(roundTrip(zero).latest.value, -0)).toBe(true);
  expect(roundTrip(zero)).toEqual(zero);
});

test("what is no summary is seen", () => {
  const good = toStoredSummary(summaryOf({ value: 1, step: 2n, time: 3 }));
  const withField = (index: number, field: unknown): unknown[] =>
    good.map((one, at) => (at === index ? field : one));
  expect(isStoredSummary(good)).toBe(true);
  for (const value of [
    undefined,
    {},
    [],
    good.slice(1),
    withField(0, null),
    withField(0, 1n),
    withField(1, 0.5),
    withField(4, "2"),
    withField(7, undefined),
    withField(11, {}),
  ])
    expect(
      isStoredSummary(value),
      JSON.stringify(value, (_, item) => String(item)),
    ).toBe(false);
});
