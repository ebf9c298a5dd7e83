import { collectingRunner } from "../../runner/collecting-runner.js";
import type { TestFunction } from "../../runner/test-runner.js";

/** Runs the cases of a suite whose names begin with `foundBy`; fails unless there is one and it fails as a case should. */
export async function expectFailure(foundBy: string, register: (test: TestFunction) => void): Promise<void> {
  const runner = collectingRunner({ timeout: 10_000, select: (name) => name.startsWith(foundBy) });
  register(runner.test);
  const results = await runner.run();
  if (results.length === 0) throw new Error(`no case begins with ${JSON.stringify(foundBy)}`);
  if (!results.some((result) => result.outcome === "failed")) throw new Error(`nobody noticed: ${foundBy}`);
}
