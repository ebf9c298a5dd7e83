import { escapeHtml } from "./escape.js";
import { formatNumber } from "./format-number.js";

const marker: unique symbol = Symbol.for("millwright.html") as never;

/** Markup that is known to be safe: made by the functions of this package, or vouched for by {@link trustedHtml}. */
export interface Html {
  /** The markup itself, to write to a file. */
  readonly markup: string;
  readonly [marker]: true;
}

/** What may stand in a page: text and numbers, which are escaped and formatted, markup, or nothing. */
export type Content = string | number | Html | readonly Content[] | null | undefined;

/** Takes over markup as it is. Whatever came from data must have been escaped in it. */
export function trustedHtml(markup: string): Html {
  return { markup, [marker]: true };
}

/**
 * A template whose values are escaped unless they are {@link Html} themselves: for element content and for attribute
 * values in double quotes.
 *
 * @example
 * ```ts
 * import { html } from "@millwright/core/report";
 *
 * html`<p>${"<script>"}</p>`.markup; // "<p>&lt;script&gt;</p>"
 * ```
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  let markup = parts[0]!;
  for (const [index, value] of values.entries()) markup += markupOf(value) + parts[index + 1]!;
  return trustedHtml(markup);
}

/** The markup of any content. Quotes are escaped too, so that it may stand in an attribute. */
export function markupOf(content: Content): string {
  if (content === null || content === undefined) return "";
  if (typeof content === "number") return formatNumber(content);
  if (typeof content === "string")
    return escapeHtml(content).replaceAll('"', "&quot;").replaceAll("'", "&#39;");
  if (isHtml(content)) return content.markup;
  return content.map(markupOf).join("");
}

export function isHtml(content: unknown): content is Html {
  return typeof content === "object" && content !== null && marker in content;
}
