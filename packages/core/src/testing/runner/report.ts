import type { CaseResult } from "./collecting-runner.js";

/** What became of a driver in one or several suites. */
export interface DriverResults {
  /** How the report calls the driver. */
  readonly driver: string;
  readonly results: readonly CaseResult[];
}

/** The outcomes of a case, one a driver; `undefined` where the case is not one for that driver. */
export interface ReportRow {
  readonly name: string;
  readonly outcomes: readonly (CaseResult | undefined)[];
}

/** The outcomes of suites over several drivers. */
export interface ConformanceReport {
  readonly drivers: readonly string[];
  /** In the order of the suites. */
  readonly rows: readonly ReportRow[];
  readonly failed: number;
  /** A page: a table of sums, one of the cases, and the reasons of what was skipped or failed. */
  toMarkdown(): string;
}

/**
 * Puts the results of drivers side by side.
 *
 * @example
 * ```ts
 * import { memoryKv } from "@millwright/core/memory";
 * import { collectingRunner, conformanceReport, kvConformance } from "@millwright/core/testing";
 *
 * const runner = collectingRunner();
 * kvConformance({ test: runner.test, open: async () => memoryKv() });
 * const report = conformanceReport([{ driver: "memory", results: await runner.run() }]);
 * console.log(report.toMarkdown());
 * ```
 */
export function conformanceReport(results: readonly DriverResults[]): ConformanceReport {
  const names = [...new Set(results.flatMap((each) => each.results.map((result) => result.name)))];
  const byName = results.map((each) => new Map(each.results.map((result) => [result.name, result])));
  const rows = names.map((name) => ({ name, outcomes: byName.map((driver) => driver.get(name)) }));
  const all = results.flatMap((each) => each.results);
  const drivers = results.map((each) => each.driver);
  return {
    drivers,
    rows,
    failed: all.filter((result) => result.outcome === "failed").length,
    toMarkdown: () =>
      [sums(results), matrix(drivers, rows), reasons(results)].filter((part) => part !== "").join("\n\n"),
  };
}

const marks = { passed: "✓", failed: "✗", skipped: "skipped" } as const;

function sums(results: readonly DriverResults[]): string {
  const lines = results.map(({ driver, results: cases }) => {
    const count = (outcome: CaseResult["outcome"]): number =>
      cases.filter((result) => result.outcome === outcome).length;
    return `| ${cell(driver)} | ${count("passed")} | ${count("failed")} | ${count("skipped")} |`;
  });
  return ["| driver | passed | failed | skipped |", "|---|---|---|---|", ...lines].join("\n");
}

function matrix(drivers: readonly string[], rows: readonly ReportRow[]): string {
  const head = [`| case | ${drivers.map(cell).join(" | ")} |`, `|---|${"---|".repeat(drivers.length)}`];
  const lines = rows.map(
    ({ name, outcomes }) =>
      `| ${cell(name)} | ${outcomes.map((result) => (result === undefined ? "" : marks[result.outcome])).join(" | ")} |`,
  );
  return [...head, ...lines].join("\n");
}

function reasons(results: readonly DriverResults[]): string {
  return results
    .flatMap(({ driver, results: cases }) =>
      cases.flatMap(({ name, outcome, reason }) =>
        outcome === "passed" ? [] : [`- ${driver}, ${outcome}: ${name}: ${firstLine(reason)}`],
      ),
    )
    .join("\n");
}

function firstLine(reason: string | undefined): string {
  return reason?.split("\n")[0] ?? "no reason";
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
