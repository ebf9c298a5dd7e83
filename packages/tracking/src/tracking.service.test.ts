import { describe, test } from "vitest";
import { backendNames, createBackend, isThere } from "./test-support/backends/test-backend.js";
import { recordingCases } from "./test-support/cases/recording-cases.js";
import { searchCases } from "./test-support/cases/search-cases.js";

for (const name of backendNames) {
  if (!isThere(name)) test.skip(`tracking on ${name}: no server`);
  else
    describe(`tracking on ${name}`, () => {
      const histories = name === "memory" ? 10 : 4;
      recordingCases(() => createBackend(name), histories);
      searchCases(() => createBackend(name), histories);
    });
}
