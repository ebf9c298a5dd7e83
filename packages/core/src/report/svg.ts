import { escapeAttribute, escapeHtml } from "./escape.js";
import { type Html, trustedHtml } from "./html.js";

/**
 * Colours are CSS variables of the page, so that pictures follow light and dark; the fallback serves an SVG that
 * stands alone in a file.
 */
export const colors = {
  grid: "var(--grid,#e3e6eb)",
  muted: "var(--muted,#5b6472)",
  reference: "var(--reference,#8b95a5)",
  surface: "var(--surface,#fff)",
} as const;

const series = ["#2a66b8", "#c8590c", "#21845a", "#7d4fc4", "#c2334d", "#0f7f94"] as const;

/** The colour of the n-th curve or bar, from 0; it repeats after six. */
export function seriesColor(index: number): string {
  const place = index % series.length;
  return `var(--series-${place + 1},${series[place]})`;
}

const ramp = ["#e9b384", "#e58f6b", "#d9695a", "#bd4a62", "#95376d", "#672a6c", "#3b1c55"] as const;

/** How many colours {@link rampColor} has. */
export const rampSteps = ramp.length;

/** The colour of a share in [0, 1]: the higher, the more it stands out against the page. */
export function rampColor(share: number): string {
  const step = Math.min(Math.floor(share * rampSteps), rampSteps - 1);
  return `var(--ramp-${step + 1},${ramp[step]})`;
}

/** The width of a text at 12 px in the wider of the usual sans-serif faces, so that it rather has room to spare. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (character >= "\u2e80") width += 12.5;
    else if (/[iljftr.,:;'|!()[\] ]/.test(character)) width += 4.6;
    else if (/[mwMW@%<>=−]/.test(character)) width += 11;
    else width += /[A-Z]/.test(character) ? 8.6 : 7.7;
  }
  return width;
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function fitText(text: string, width: number): string {
  // Long enough for any width that is drawn; a name of a megabyte is not measured.
  const start = text.slice(0, 400);
  if (width === Infinity || (start === text && textWidth(text) <= width)) return text;
  const characters = Array.from(start);
  let room = width - 12;
  let end = 0;
  while (end < characters.length && room >= textWidth(characters[end]!))
    room -= textWidth(characters[end++]!);
  return `${characters.slice(0, end).join("").trimEnd()}…`;
}

interface TextOptions {
  readonly anchor?: "start" | "middle" | "end" | undefined;
  readonly color?: string | undefined;
  readonly bold?: boolean | undefined;
  /** Drawn shortened to this width; the whole text is its tooltip. */
  readonly width?: number | undefined;
  readonly rotate?: boolean | undefined;
  readonly small?: boolean | undefined;
}

export function text(x: number, y: number, content: string, options: TextOptions = {}): string {
  // Bold letters are about a seventh wider.
  const room = options.width === undefined ? Infinity : options.width / (options.bold === true ? 1.15 : 1);
  const shown = fitText(content, room);
  const tooltip = shown === content ? "" : `<title>${escapeHtml(content)}</title>`;
  return (
    `<text x="${coordinate(x)}" y="${coordinate(y)}"` +
    (options.anchor === undefined || options.anchor === "start" ? "" : ` text-anchor="${options.anchor}"`) +
    (options.bold === true ? ' font-weight="600"' : "") +
    (options.small === true ? ' font-size="11"' : "") +
    (options.rotate === true ? ` transform="rotate(-90 ${coordinate(x)} ${coordinate(y)})"` : "") +
    ` fill="${options.color ?? "currentColor"}">${escapeHtml(shown)}${tooltip}</text>`
  );
}

export function line(x1: number, y1: number, x2: number, y2: number, color: string): string {
  return `<path d="M${coordinate(x1)} ${coordinate(y1)}L${coordinate(x2)} ${coordinate(y2)}" stroke="${color}"/>`;
}

/** A tenth of a pixel is enough, and short. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

interface LegendEntry {
  readonly name: string;
  /** Draws the sample, a box of 18 × 10 whose top left corner is at x, y. */
  readonly sample: (x: number, y: number) => string;
}

/** Legend entries in rows from `top` on; `height` is what they take. */
export function legend(
  entries: readonly LegendEntry[],
  left: number,
  top: number,
  width: number,
): { markup: string; height: number } {
  let [x, y] = [left, top];
  let markup = "";
  for (const { name, sample } of entries) {
    const nameWidth = Math.min(textWidth(name), width - 30, 240);
    if (x > left && x + 24 + nameWidth > left + width) [x, y] = [left, y + 20];
    markup += sample(x, y) + text(x + 24, y + 9.5, name, { width: nameWidth + 1, color: colors.muted });
    x += nameWidth + 46;
  }
  return { markup, height: entries.length === 0 ? 0 : y - top + 26 };
}

interface Frame {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
}

/** The outer element: named and described for those who cannot see it, scaled to the width that there is. */
export function svg({ title, description, width, height }: Frame, content: string): Html {
  return trustedHtml(
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="${escapeAttribute(title)}" ` +
      `viewBox="0 0 ${coordinate(width)} ${coordinate(height)}" width="${coordinate(width)}" height="${coordinate(height)}" ` +
      `font-family="system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',sans-serif" font-size="12" fill="none">` +
      `<title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>` +
      `${text(0, 14, title, { bold: true, width: width - 4 })}${content}</svg>`,
  );
}
