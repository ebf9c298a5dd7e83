import { test } from "vitest";
import { tableConformance } from "../../tables/table-conformance.js";
import { brokenTableStores } from "./broken-tables.js";
import { expectFailure } from "./expect-failure.js";

test.for(brokenTableStores)("tableConformance fails on a store that $fault", async ({ open, foundBy }) => {
  await expectFailure(foundBy, (runner) => tableConformance({ test: runner, open: async () => open() }));
});
