import { visibleText } from "@millwright/core/report";

/** Columns of a terminal that a text takes: two for wide East Asian characters and emoji, none for combining marks. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}|\u200d|\ufe0f/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/**
 * Rows as lines of aligned columns, two blanks apart, none longer than `width`: the widest columns give way first, and what
 * does not fit is shortened with an ellipsis. A row of one cell is a heading over the columns.
 */
export function alignRows(rows: readonly (readonly string[])[], width: number): string {
  const shown = rows.map((row) => row.map(oneLine));
  const widths: number[] = [];
  for (const row of shown) {
    if (row.length === 1) continue;
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, textWidth(cell));
    }
  }
  const room = width - 2 * (widths.length - 1);
  const limit = widestThatFits(widths, room);
  const lines = shown.map((row) => {
    if (row.length === 1) return shortened(row[0]!, width);
    const cells = row.map((cell, column) => {
      const cellWidth = Math.min(widths[column]!, limit);
      const fitted = shortened(cell, cellWidth);
      return fitted + " ".repeat(cellWidth - textWidth(fitted));
    });
    return cells.join("  ").trimEnd();
  });
  return `${lines.join("\n")}\n`;
}

/** The largest width that all columns may have so that their sum, narrower ones as they are, stays within the room. */
function widestThatFits(widths: readonly number[], room: number): number {
  let limit = Math.max(...widths);
  while (limit > 4 && widths.reduce((sum, width) => sum + Math.min(width, limit), 0) > room) limit--;
  return limit;
}

function oneLine(text: string): string {
  // Longer than any line; a value of a megabyte is not measured.
  return visibleText(text.slice(0, 1000)).replace(/\s/g, " ");
}

function shortened(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let fitted = "";
  let used = 1;
  for (const character of text) {
    used += textWidth(character);
    if (used > width) break;
    fitted += character;
  }
  return `${fitted.trimEnd()}…`;
}
