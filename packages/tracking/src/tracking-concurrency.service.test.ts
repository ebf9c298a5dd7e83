import { describe, test } from "vitest";
import { backendNames, createBackend, isThere } from "./test-support/backends/test-backend.js";
import { concurrencyCases } from "./test-support/cases/concurrency-cases.js";

for (const name of backendNames) {
  // Nobody else sees the memory of this process.
  if (name === "memory") continue;
  if (!isThere(name)) test.skip(`concurrent tracking on ${name}: no server`);
  else
    describe(`concurrent tracking on ${name}`, () => {
      concurrencyCases(() => createBackend(name), { processes: 4, runs: 25, rounds: 3, steps: 1 });
    });
}
