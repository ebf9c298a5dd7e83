import { invalidArgument } from "../errors/create.js";
import type { Digest } from "../identity/digest.js";
import { type Content, type Html, html, isHtml, markupOf, trustedHtml } from "./html.js";
import { pageStyle } from "./page-style.js";
import { jsonForScript, scriptCode } from "./script.js";

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
  /** CSS after that of the page itself. */
  readonly style?: string | undefined;
  /** What makes the page more than a picture; it must be complete without it. Default: no script. */
  readonly script?: PageScript | undefined;
}

/** A script that runs when the page is there. */
export interface PageScript {
  /** The code. No data may be part of it. */
  readonly code: string;
  /** `digestOf(code)`: a browser runs no script of another digest. */
  readonly digest: Digest;
  /** What the code reads from the text of the element `page-data`, as JSON. */
  readonly data?: unknown;
}

/**
 * A complete HTML page in one string: no request to anywhere and no script but the one given (a content security policy in
 * it forbids both; it knows the script by its digest), light and dark by the reader's setting, fit for small screens and for
 * print.
 *
 * @throws `INVALID_ARGUMENT` if the code of the script contains what would end it early, or the digest is none
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
export function renderPage(options: PageOptions): string {
  const { title, lead, sections, footer, language = "en", style = "", script } = options;
  const body = sections.map(section);
  const code = script === undefined ? undefined : scriptCode(script.code);
  const allowed = code === undefined ? "" : `script-src '${integrityOf(script!.digest)}'; `;
  const scripts =
    code === undefined
      ? ""
      : `<script type="application/json" id="page-data">${jsonForScript(script?.data)}</script>\n<script>${code}</script>\n`;
  return (
    `<!doctype html>\n<html lang="${markupOf(language)}">\n<head>\n<meta charset="utf-8">\n` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ${allowed}style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n` +
    `<meta name="referrer" content="no-referrer">\n<title>${markupOf(title)}</title>\n<style>${pageStyle}${style}</style>\n</head>\n` +
    `<body>\n<header><h1>${markupOf(title)}</h1>${paragraphs(lead)}</header>\n<main>\n${body.join("\n")}\n</main>\n` +
    `${footer === undefined || footer === null ? "" : `<footer>${paragraphs(footer)}</footer>\n`}${scripts}</body>\n</html>\n`
  );
}

/** The digest of a script as a content security policy names it. */
function integrityOf(digest: Digest): string {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(digest) ?? [];
  if (hex === undefined) throw invalidArgument("script.digest", `must be digestOf(code), got "${digest}"`);
  const bytes = hex.match(/../g)!.map((pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return `sha256-${btoa(bytes.join(""))}`;
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
