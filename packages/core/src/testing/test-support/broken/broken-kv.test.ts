import { test } from "vitest";
import { kvConformance } from "../../kv/kv-conformance.js";
import { brokenKvDrivers } from "./broken-kv.js";
import { expectFailure } from "./expect-failure.js";

test.for(brokenKvDrivers)("kvConformance fails on a driver that $fault", async ({ open, foundBy }) => {
  await expectFailure(foundBy, (runner) => kvConformance({ test: runner, open: async () => open() }));
});
