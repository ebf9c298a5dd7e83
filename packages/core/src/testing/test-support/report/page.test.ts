import { expect, test } from "vitest";
import { conformancePage } from "./page.js";

test("the page has the sums of each driver and suite, and what failed or was skipped with its reason", () => {
  const page = conformancePage([
    { driver: "a", suites: { kv: [{ name: "x: y", outcome: "passed" }] } },
    {
      driver: "b",
      suites: {
        kv: [
          { name: "x: y", outcome: "failed", reason: "it is wrong\n  expected: 1" },
          { name: "x: z", outcome: "skipped", reason: "has none" },
        ],
        model: [{ name: "m: n", outcome: "passed" }],
      },
    },
  ]);
  expect(page).toContain("| a | 1 passed | – | – | – | – | – | – |");
  expect(page).toContain("| b | 0 passed, 1 failed, 1 skipped | – | – | – | – | – | 1 passed |");
  expect(page).toContain("| x: y | ✓ | ✗ |");
  expect(page).toContain("- b, failed: x: y: it is wrong\n- b, skipped: x: z: has none");
  const model = page.slice(page.indexOf("<summary>model</summary>"));
  expect(model).toContain("| case | b |");
});
