import { describe, expect, test } from "vitest";
import { coreError } from "../../errors/create.js";
import { assertEqual, assertRejects, assertRejectsWith, assertSettles } from "./assertions.js";
import { collectingRunner } from "./collecting-runner.js";
import { isDeepEqual } from "./deep-equal.js";
import { manualClock } from "./manual-clock.js";
import { conformanceReport } from "./report.js";
import { registerCases } from "./test-runner.js";

const passing = { name: "a: passes", run: async () => {} };
const failing = {
  name: "a: fails | always",
  run: async () => assertEqual([1, 2n, Uint8Array.of(1)], [1, 2n, Uint8Array.of(2)], "equal"),
};
const alone = (run: (context: undefined) => Promise<void>): Promise<void> => run(undefined);

test("a report shows sums, a matrix, and why something failed or was skipped", async () => {
  const runner = collectingRunner();
  const skip = { "a: passes": "no disk" };
  registerCases("first", [passing, failing], { test: runner.test, skip }, alone);
  const results = await runner.run();
  const report = conformanceReport([
    { driver: "memory", results },
    { driver: "other", results: [{ name: "b: other", outcome: "passed" }] },
  ]);
  expect(report.failed).toBe(1);
  expect(report.toMarkdown()).toBe(`| driver | passed | failed | skipped |
|---|---|---|---|
| memory | 0 | 1 | 1 |
| other | 1 | 0 | 0 |

| case | memory | other |
|---|---|---|
| a: passes | skipped |  |
| a: fails \\| always | ✗ |  |
| b: other |  | ✓ |

- memory, skipped: a: passes: no disk
- memory, failed: a: fails | always: equal`);
  expect(results[1]?.reason).toBe('equal\n  expected: [1,"2n","0x02"]\n  actual:   [1,"2n","0x01"]');
});

describe("registerCases", () => {
  test("refuses to skip a case that does not exist", () => {
    const options = { test: collectingRunner().test, skip: { typo: "reason" } };
    expect(() => registerCases("s", [passing], options, alone)).toThrow('no case "typo" to skip');
  });

  test("refuses to skip where the runner cannot show it", () => {
    const options = { test: () => {}, skip: { [passing.name]: "reason" } };
    expect(() => registerCases("s", [passing], options, alone)).toThrow("cannot skip");
  });

  test("refuses two cases of one name", () => {
    expect(() => registerCases("s", [passing, passing], { test: () => {} }, alone)).toThrow(
      "two cases of one name",
    );
  });
});

test("a collecting runner fails a case that hangs", async () => {
  const runner = collectingRunner({ timeout: 10 });
  registerCases("s", [{ name: "hangs", run: () => new Promise(() => {}) }], { test: runner.test }, alone);
  expect(await runner.run()).toMatchObject([{ name: "hangs", outcome: "failed" }]);
});

test.each([
  [Number.NaN, Number.NaN, true],
  [0, -0, false],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: 1 }, { a: 1, b: null }, false],
  [[1, undefined], [1], false],
  [[], {}, false],
  [Uint8Array.of(1), [1], false],
  [Float64Array.of(1), Float64Array.of(1), true],
  [Float64Array.of(1), Float32Array.of(1), false],
  [null, {}, false],
  [1n, 1, false],
])("%o and %o are deeply equal: %s", (a, b, equal) => {
  expect([isDeepEqual(a, b), isDeepEqual(b, a)]).toEqual([equal, equal]);
});

test("assertRejects looks at the code, assertRejectsWith at the identity", async () => {
  const reason = coreError("CLOSED", "closed");
  await assertRejects(Promise.reject(reason), ["UNAVAILABLE", "CLOSED"], "either");
  await expect(assertRejects(Promise.reject(reason), "UNAVAILABLE", "other")).rejects.toThrow("other");
  await expect(assertRejects(Promise.resolve(1), "CLOSED", "none")).rejects.toThrow("nothing was thrown");
  await expect(assertRejectsWith(Promise.reject(new Error("copy")), reason, "same")).rejects.toThrow("same");
  await expect(assertSettles(new Promise(() => {}), "settles", 5)).rejects.toThrow("nothing in 5 ms");
});

test("a manual clock wakes sleepers when it has been moved far enough", async () => {
  const clock = manualClock(1_000);
  let awake = false;
  const sleeping = clock.sleep(500).then(() => {
    awake = true;
  });
  const aborted = clock.sleep(500, AbortSignal.abort("no"));
  await expect(aborted).rejects.toBe("no");
  clock.advance(499);
  await Promise.resolve();
  expect(awake).toBe(false);
  clock.advance(1);
  await sleeping;
  expect(clock.now()).toBe(1_500);
});
