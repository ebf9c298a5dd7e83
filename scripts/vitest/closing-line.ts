import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/**
 * Writes one plain line, "N passed, N failed[, N skipped]", summed over the projects, to the file that
 * `npm test` names: it prints the line when the services are down. A test file that failed to load counts as
 * one failed test, and so does an error outside the tests.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const path = process.env.MILLWRIGHT_TEST_SUMMARY;
    if (path === undefined) return;
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") count.passed += 1;
        else if (state === "failed") failedHere += 1;
        else count.skipped += 1;
      }
      if (failedHere === 0 && module.state() === "failed") failedHere = 1;
      count.failed += failedHere;
    }
    const skipped = count.skipped === 0 ? "" : `, ${count.skipped} skipped`;
    writeFileSync(path, `${count.passed} passed, ${count.failed} failed${skipped}\n`);
  }
}
