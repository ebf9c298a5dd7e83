import { visibleText } from "@millwright/core/report";
import { runLabel } from "./compared-run.js";
import { comparedTexts } from "./compared-value.js";
import type { RunComparison } from "./comparison.js";
import {
  type Line,
  type Section,
  sectionsOf,
  summaryCells,
  summaryHeader,
  summaryOf,
} from "./comparison-lines.js";
import { alignRows, textWidth } from "./terminal.js";

export interface ComparisonTextOptions {
  /** Columns of the terminal. Default: 100. */
  readonly width?: number | undefined;
}

/**
 * A comparison as an aligned table for a terminal: one column a run where they fit into the width, else for each key how many
 * different values there are, the lowest, the highest and the most frequent. Long names and values are shortened; control
 * characters and bidirectional controls are shown as `\uXXXX`, so that no value can steer the terminal. No colours.
 *
 * @example
 * ```ts
 * import type { RunInfo } from "@millwright/tracking";
 * import { compareRuns, comparisonText } from "@millwright/tracking/comparison";
 *
 * declare const runs: RunInfo[];
 * console.log(comparisonText(compareRuns(runs), { width: process.stdout.columns }));
 * ```
 */
export function comparisonText(comparison: RunComparison, options: ComparisonTextOptions = {}): string {
  const width = Math.max(40, options.width ?? 100);
  const sections = sectionsOf(comparison);
  const head = summaryOf(comparison, sections);
  if (sections.length === 0) return `${head}\n`;
  const rows: string[][] = [];
  const perRun = runColumns(comparison, sections, width);
  rows.push(perRun?.header ?? ["", ...summaryHeader]);
  for (const { title, lines } of sections) {
    rows.push([title]);
    for (const line of lines) {
      rows.push([`  ${line.label}`, ...(perRun?.cells(line) ?? summaryCells(line))]);
    }
  }
  return `${head}\n\n${alignRows(rows, width)}`;
}

interface RunColumns {
  readonly header: string[];
  readonly cells: (line: Line) => string[];
}

/** `undefined` where the columns of all runs would be narrower than they can be read. */
function runColumns(
  { runs }: RunComparison,
  sections: readonly Section[],
  width: number,
): RunColumns | undefined {
  const labels = sections.flatMap(({ lines }) => lines.map(({ label }) => textWidth(visibleText(label)) + 2));
  const room = width - Math.min(Math.max(...labels), Math.floor(width / 3));
  if (Math.floor(room / runs.length) < 12) return undefined;
  return { header: ["", ...runs.map(runLabel)], cells: ({ values }) => comparedTexts(values) };
}
