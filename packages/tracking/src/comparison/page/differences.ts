import { formatNumber, type Html, html } from "@millwright/core/report";
import { comparedTexts } from "../compared-value.js";
import type { RunComparison } from "../comparison.js";
import { type Line, sectionsOf, summaryCells, summaryHeader } from "../comparison-lines.js";
import { type ReportModel, short } from "./model.js";
import { swatch } from "./overview.js";

/** More runs than that have no column each. */
const columnsLimit = 8;
/** Lines of one kind. */
const linesLimit = 60;

/** What differs as a table: a column a run, or for many runs what stands for them. */
export function differences(comparison: RunComparison, model: ReportModel): Html {
  const isFew = comparison.runs.length <= columnsLimit;
  const headers = isFew
    ? model.labels.map((label, index) => html`${swatch(model.colors[index]!)}${short(label, 40)}`)
    : summaryHeader.map((header) => html`${header}`);
  const cells = ({ values }: Line): string[] =>
    isFew ? comparedTexts(values) : summaryCells({ label: "", values });
  const bodies = sectionsOf(comparison).map(({ title, lines }) => {
    const rows = lines
      .slice(0, linesLimit)
      .map(
        (line) =>
          html`<tr><th scope="row">${short(line.label, 80)}</th>${cells(line).map((cell) => html`<td>${cell === "" ? "" : short(cell, 80)}</td>`)}</tr>`,
      );
    const more =
      lines.length > linesLimit
        ? html`<tr><th scope="row" class="none" colspan="${String(headers.length + 1)}">and ${formatNumber(lines.length - linesLimit)} more</th></tr>`
        : null;
    return html`<tbody><tr><th scope="rowgroup" class="kind" colspan="${String(headers.length + 1)}">${title}</th></tr>${rows}${more}</tbody>`;
  });
  return html`<div class="scroll" role="region" tabindex="0" aria-label="What differs"><table class="differences"><thead><tr><td></td>${headers.map((header) => html`<th scope="col">${header}</th>`)}</tr></thead>${bodies}</table></div>`;
}
