/**
 * Characters that are invisible, end a line or turn the writing direction round: control characters, the bidirectional
 * controls, lone surrogates. They are shown as what they are (`\u202e`), so that a name on a page cannot pass for another.
 */
const invisible = /[^\P{Cc}\t\n\r]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Cs}/gu;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/**
 * Any text as the content of an HTML or SVG element. Markup is taken literally; control characters, bidirectional
 * controls and lone surrogates become visible `\uXXXX`. Not for use inside `<script>` or `<style>`.
 *
 * @example
 * ```ts
 * import { escapeHtml } from "@millwright/core/report";
 *
 * escapeHtml("a < b & c"); // "a &lt; b &amp; c"
 * ```
 */
export function escapeHtml(text: string): string {
  return visibleText(text).replace(/[&<>]/g, (character) => entities[character]!);
}

/**
 * Any text as the value of an attribute that stands in quotes. As {@link escapeHtml}, and quotes, backticks and line
 * breaks too. It does not make a URL safe: a `javascript:` address stays one.
 */
export function escapeAttribute(text: string): string {
  return visibleText(text).replace(/[&<>"'`\n\t]/g, (character) => entities[character]!);
}

/**
 * Text in which nothing is hidden: control characters, bidirectional controls and lone surrogates are written `\uXXXX`;
 * tabs and line breaks stay. For places where markup means nothing: a terminal, data of a page's script.
 */
export function visibleText(text: string): string {
  return text.replace(
    invisible,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
