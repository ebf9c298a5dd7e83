import fc from "fast-check";
import { expect, test } from "vitest";
import { PointBuffer } from "./point-buffer.js";
import { summarise } from "./summarise.js";
import { type MetricSummary, mergeSummaries, summaryOf } from "./summary.js";

const logged = fc.record({
  key: fc.constantFrom("loss", "auc", "constructor"),
  value: fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, 0, 1)),
  step: fc.bigInt({ min: -3n, max: 3n }),
  time: fc.nat(3),
});

test("the summaries of a batch are those of its points, one merged after the other", () => {
  fc.assert(
    fc.property(fc.array(logged, { maxLength: 40 }), (points) => {
      const buffer = new PointBuffer();
      const expected = new Map<string, MetricSummary>();
      for (const { key, value, step, time } of points) {
        buffer.add(key, value, step, time);
        const summary = summaryOf({ value, step, time });
        const known = expected.get(key);
        expected.set(key, known === undefined ? summary : mergeSummaries(known, summary));
      }
      expect(summarise(buffer.toBatch())).toEqual(expected);
    }),
  );
});
