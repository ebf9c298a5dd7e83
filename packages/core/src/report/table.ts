import { type Content, type Html, markupOf, trustedHtml } from "./html.js";

export interface TableColumn {
  readonly header: string;
  /** Default: the right for columns whose cells are all numbers or empty, else the left. */
  readonly align?: "left" | "right" | undefined;
}

export interface TableOptions {
  /** Says what the table shows; above it, and its name for screen readers. */
  readonly caption: string;
  readonly columns: readonly (string | TableColumn)[];
  /**
   * Cells in the order of the columns; a missing one stays empty. The first of a row is its header. Text of more than
   * 200 characters is shortened.
   */
  readonly rows: readonly (readonly Content[])[];
}

/**
 * An HTML table. Text is escaped, numbers are written by `formatNumber` and aligned at the right. On a narrow screen
 * it scrolls sideways.
 *
 * @example
 * ```ts
 * import { table } from "@millwright/core/report";
 *
 * table({ caption: "Drift by feature", columns: ["feature", "p"], rows: [["income", 2.77e-22], ["age", 0.185]] });
 * ```
 */
export function table({ caption, columns, rows }: TableOptions): Html {
  const definitions = columns.map((column) => (typeof column === "string" ? { header: column } : column));
  const classes = definitions.map((column, index) => {
    const numeric = rows.length > 0 && rows.every((row) => typeof (row[index] ?? 0) === "number");
    return ((column as TableColumn).align ?? (numeric ? "right" : "left")) === "right"
      ? ' class="number"'
      : "";
  });
  const head = definitions.map(
    ({ header }, index) => `<th scope="col"${classes[index]}>${markupOf(header)}</th>`,
  );
  const body = rows.map((row) => {
    const cells = definitions.map((_, index) => {
      const tag = index === 0 ? "th" : "td";
      return `<${tag}${index === 0 ? ' scope="row"' : ""}${classes[index]}>${markupOf(shortened(row[index]))}</${tag}>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return trustedHtml(
    `<div class="scroll" role="region" tabindex="0" aria-label="${markupOf(caption)}"><table>` +
      `<caption>${markupOf(caption)}</caption><thead><tr>${head.join("")}</tr></thead>` +
      `<tbody>${body.join("")}</tbody></table></div>`,
  );
}

function shortened(cell: Content): Content {
  return typeof cell === "string" && cell.length > 200 ? `${cell.slice(0, 200).trimEnd()}…` : cell;
}
