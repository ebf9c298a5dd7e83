import { invalidArgument } from "../errors/create.js";

/**
 * Any data as JSON that may stand in a `<script>` element: no markup in it, no line separator, nothing invisible. What JSON
 * has no form for becomes `null` (NaN, ±Infinity) or is left out, as by `JSON.stringify`.
 *
 * @throws `INVALID_ARGUMENT` for a bigint, and for data that contains itself
 *
 * @example
 * ```ts
 * import { jsonForScript } from "@millwright/core/report";
 *
 * jsonForScript({ name: "</script>" }); // '{"name":"\\u003c/script\\u003e"}'
 * ```
 */
export function jsonForScript(data: unknown): string {
  let json: string;
  try {
    json = JSON.stringify(data) ?? "null";
  } catch (cause) {
    throw invalidArgument("data", `cannot be written as JSON: ${(cause as Error).message}`);
  }
  return json.replace(unsafe, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Markup, and what is invisible or ends a line in some readers of scripts. They stand in JSON only inside of strings. */
const unsafe = /[<>&'\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Code that may stand in a `<script>` element as it is. It cannot be escaped without a change of its meaning. */
export function scriptCode(code: string): string {
  if (/<\/script|<!--|<script|\r/i.test(code)) {
    throw invalidArgument(
      "script.code",
      'must not contain "<script", "</script", "<!--" or a carriage return',
    );
  }
  return code;
}
