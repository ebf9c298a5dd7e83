import { type Content, type Html, html, isHtml, markupOf, trustedHtml } from "./html.js";
import { pageStyle } from "./page-style.js";

export interface PageSection {
  readonly title: string;
  /** Text becomes paragraphs; pictures and tables stand as they are. */
  readonly content: Content;
  /** Shown folded up; opens without script. Printed only when open. Default: false. */
  readonly collapsed?: boolean | undefined;
}

export interface PageOptions {
  readonly title: string;
  /** A sentence or two below the title: what matters most. */
  readonly lead?: Content;
  readonly sections: readonly PageSection[];
  /** Small print at the end: when and from what it was made. */
  readonly footer?: Content;
  /** BCP 47 code of the text. Default: "en". */
  readonly language?: string | undefined;
}

/**
 * A complete HTML page in one string: no script, no request to anywhere (a content security policy in it forbids
 * both), light and dark by the reader's setting, fit for small screens and for print.
 *
 * @example
 * ```ts
 * import { lineChart, renderPage } from "@millwright/core/report";
 *
 * const page = renderPage({
 *   title: "Training",
 *   lead: "The loss fell to 0.3.",
 *   sections: [{ title: "Curves", content: lineChart({ title: "Loss", series: [{ name: "loss", y: [0.9, 0.3] }] }) }],
 * });
 * ```
 */
export function renderPage({ title, lead, sections, footer, language = "en" }: PageOptions): string {
  const body = sections.map(section);
  return (
    `<!doctype html>\n<html lang="${markupOf(language)}">\n<head>\n<meta charset="utf-8">\n` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n` +
    `<meta name="referrer" content="no-referrer">\n<title>${markupOf(title)}</title>\n<style>${pageStyle}</style>\n</head>\n` +
    `<body>\n<header><h1>${markupOf(title)}</h1>${paragraphs(lead)}</header>\n<main>\n${body.join("\n")}\n</main>\n` +
    `${footer === undefined || footer === null ? "" : `<footer>${paragraphs(footer)}</footer>\n`}</body>\n</html>\n`
  );
}

function section({ title, content, collapsed = false }: PageSection): string {
  const heading = `<h2>${markupOf(title)}</h2>`;
  return collapsed
    ? `<section><details><summary>${heading}</summary>${paragraphs(content)}</details></section>`
    : `<section>${heading}${paragraphs(content)}</section>`;
}

function paragraphs(content: Content): string {
  if (content === null || content === undefined) return "";
  if (isHtml(content)) return content.markup;
  if (typeof content === "object") return content.map(paragraphs).join("");
  return `<p>${markupOf(content)}</p>`;
}

/** What a verdict means to the reader; colour is never the only sign of it. */
export type Tone = "good" | "notice" | "bad" | "neutral";

const signs: Readonly<Record<Tone, string>> = { good: "●", notice: "▲", bad: "■", neutral: "○" };

/** A short word with a coloured sign before it, for table cells and headings. */
export function badge(word: string, tone: Tone = "neutral"): Html {
  return html`<span class="badge ${tone}"><span aria-hidden="true">${signs[tone]}</span> ${word}</span>`;
}

export interface KeyFigure {
  readonly label: string;
  readonly value: Content;
}

/** The few numbers that a page starts with, side by side. */
export function keyFigures(figures: readonly KeyFigure[]): Html {
  const items = figures.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`);
  return html`<dl class="figures">${items}</dl>`;
}

/** Contents side by side where there is room, below each other where there is not: small pictures. */
export function columns(contents: readonly Content[]): Html {
  const cells = contents.map((content) => trustedHtml(`<div>${paragraphs(content)}</div>`));
  return html`<div class="columns">${cells}</div>`;
}
