import { messageOf } from "../../errors/create.js";
import { assertSettles } from "./assertions.js";
import type { TestFunction } from "./test-runner.js";

/** What became of a case. */
export interface CaseResult {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it failed, or the reason for which it was skipped. */
  readonly reason?: string | undefined;
}

/** How to collect. */
export interface CollectingRunnerOptions {
  /** Milliseconds after which a case has failed. Default: 60,000. */
  readonly timeout?: number | undefined;
  /** Which cases to take, by their names. Default: all. */
  readonly select?: ((name: string) => boolean) | undefined;
}

/** A test runner of its own: it collects the cases of suites and runs them one after the other. */
export interface CollectingRunner {
  readonly test: TestFunction;
  /** Runs what has been registered, once, and gives what became of it. */
  run(): Promise<CaseResult[]>;
}

/**
 * A runner for hosts that have none, such as a page in a browser, and for reports.
 *
 * @example
 * ```ts
 * import { memoryKv } from "@millwright/core/memory";
 * import { collectingRunner, kvConformance } from "@millwright/core/testing";
 *
 * const runner = collectingRunner();
 * kvConformance({ test: runner.test, open: async () => memoryKv() });
 * const failed = (await runner.run()).filter((result) => result.outcome === "failed");
 * ```
 */
export function collectingRunner(options: CollectingRunnerOptions = {}): CollectingRunner {
  const { timeout = 60_000, select = () => true } = options;
  const cases: { name: string; body?: () => Promise<void> }[] = [];
  const test: TestFunction = (name: string, body: () => Promise<void>) =>
    void (select(name) && cases.push({ name, body }));
  test.skip = (name) => void (select(name) && cases.push({ name }));
  return {
    test,
    async run() {
      const results: CaseResult[] = [];
      for (const { name, body } of cases.splice(0)) results.push(await runCase(name, body, timeout));
      return results;
    },
  };
}

async function runCase(
  name: string,
  body: (() => Promise<void>) | undefined,
  timeout: number,
): Promise<CaseResult> {
  if (body === undefined) {
    const [, caseName = name, reason] = /^(.*) \(skipped: (.*)\)$/s.exec(name) ?? [];
    return { name: caseName, outcome: "skipped", reason };
  }
  try {
    await assertSettles(body(), "the case comes to an end", timeout);
    return { name, outcome: "passed" };
  } catch (error) {
    return { name, outcome: "failed", reason: messageOf(error) };
  }
}
