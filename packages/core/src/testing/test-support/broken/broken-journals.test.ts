import { test } from "vitest";
import { journalConformance } from "../../journals/journal-conformance.js";
import { brokenJournalDrivers } from "./broken-journals.js";
import { expectFailure } from "./expect-failure.js";

test.for(brokenJournalDrivers)(
  "journalConformance fails on a driver that $fault",
  async ({ open, foundBy }) => {
    await expectFailure(foundBy, (runner) => journalConformance({ test: runner, open: async () => open() }));
  },
);
