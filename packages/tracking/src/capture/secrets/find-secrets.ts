import { isSecretName } from "./secret-names.js";

/** Where a secret lies in a text. */
export interface FoundSecret {
  /** Where the words begin by which it was found; what is cut off there would not be found any more. */
  readonly context: number;
  readonly start: number;
  readonly end: number;
}

/** Patterns whose group `secret`, or else the whole, is secret. None repeats what it could match in two ways, so that all are fast. */
const shapes: readonly RegExp[] = [
  // Private keys of PEM and PGP, also without their end.
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?<secret>[\s\S]*?)(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/dg,
  // Headers: what Digest says goes on to the end of the line.
  /\b(?:proxy-)?authorization["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(?:digest[ \t]+(?<secret>[^\r\n"']+)|(?:(?:bearer|basic|token|apikey|negotiate|aws4-hmac-sha256)[ \t]+)?(?<plain>[^\s"',;]+))/dgi,
  /\b(?:set-)?cookie["']?[ \t]{0,3}:[ \t]{0,3}["']?(?<secret>[^\r\n"']+)/dgi,
  /\bbearer[ \t]+(?<secret>(?=[A-Za-z._~+/-]{0,200}\d)[A-Za-z0-9._~+/=-]{8,}|[A-Za-z0-9._~+/=-]{24,})/dgi,
  // Passwords and long names of users in addresses.
  /:\/\/[^\s/?#@:"'<>]*:(?<secret>[^\s/?#"'<>]+)@/dg,
  /:\/\/(?<secret>[^\s/?#@:"'<>]{20,})@/dg,
  /[?&](?:sig|signature|x-amz-signature|x-amz-credential|x-amz-security-token|x-goog-signature|key|code)=(?<secret>[^&\s#"'<>]{8,})/dgi,
  /\bhooks\.slack\.com\/(?:services|workflows)\/(?<secret>[A-Za-z0-9/_-]+)/dg,
  // Tokens that say what they are.
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/dg,
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent)-[\w-]{20,})/dg,
  /\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{10,}/dg,
  /(?<![\w-])sk-(?=[A-Za-z_-]{0,80}\d)[\w-]{20,}/dg,
  /\b[spr]k_(?:live|test)_[A-Za-z0-9]{10,}/dg,
  /\b(?:(?:hf|npm|gsk|r8)_[A-Za-z0-9]{30,}|dop_v1_[0-9a-f]{40,}|dckr_pat_[\w-]{20,}|pypi-[\w-]{40,})/dg,
  /\bAIza[\w-]{35}/dg,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/dg,
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/dg,
];

/** The name of an option, up to its value: after a blank, or the next item of a printed list. */
const option = /(?<![\w-])--?(?<name>[A-Za-z][\w.-]{0,80})(?:[ \t]{1,3}(?!-)|["']\s{0,3},\s{0,3}(?=["']))/g;

/** The name of what is assigned, up to its value: `name=value`, `name: value`, `"name": "value"`. */
const assignment = /(?<![\w.-])(?:--?)?(?<name>[A-Za-z][\w.-]{0,80})["']?[ \t]{0,3}(?::=|[=:])[ \t]{0,3}/g;

/** A value: in quotes, of which the second may be missing, or up to a blank. */
const valueHere = /"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'|["'][^\r\n]*|[^\s"'&;]+/y;

/** Values that are no secret, whatever their name. */
const plainValue =
  /^["']?(?:|true|false|null|none|undefined|nan|yes|no|required|optional|\*+|\[.*|<.*>|\$\{?\w+\}?|string|str)["']?[,)}\]]*$/i;

/** Finds secrets by their shape, by the name before them, and by their value; in order, without overlaps. */
export function findSecrets(text: string, values: readonly string[]): FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const shape of shapes) {
    // Most texts have none of them, and to look costs less than to begin a search for all.
    if (text.search(shape) >= 0) for (const match of text.matchAll(shape)) found.push(secretOf(match));
  }
  found.push(...findNamed(text, option), ...findNamed(text, assignment));
  for (const value of values) {
    for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + value.length))
      found.push({ context: start, start, end: start + value.length });
  }
  return merge(found);
}

function secretOf(match: RegExpExecArray): FoundSecret {
  const groups = match.indices?.groups;
  const [start, end] = groups?.secret ?? groups?.plain ?? match.indices![0]!;
  return { context: match.index, start, end };
}

function findNamed(text: string, pattern: RegExp): FoundSecret[] {
  const found: FoundSecret[] = [];
  let until = 0;
  for (const match of text.matchAll(pattern)) {
    const name = match.groups!.name!;
    // Only then its value is looked at: a long line of names would else be read again for each.
    if (match.index < until || !isSecretName(name)) continue;
    const start = match.index + match[0].length;
    const value = valueAt(text, start);
    if (plainValue.test(value) || isCount(name, value)) continue;
    until = start + value.length;
    const quote = /^(["']).*\1$/s.test(value) ? 1 : 0;
    found.push({ context: match.index, start: start + quote, end: start + value.length - quote });
  }
  return found;
}

function valueAt(text: string, start: number): string {
  const pattern = new RegExp(valueHere);
  pattern.lastIndex = start;
  return pattern.exec(text)?.[0] ?? "";
}

/** `token: 512` counts them. */
function isCount(name: string, value: string): boolean {
  return /token$/i.test(name) && (/^["']?[\d.,e+-]+["']?$/i.test(value) || value.length < 8);
}

function merge(found: FoundSecret[]): FoundSecret[] {
  const merged: FoundSecret[] = [];
  for (const next of found.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (next.start === next.end) continue;
    if (last === undefined || next.start >= last.end) merged.push(next);
    else
      merged[merged.length - 1] = {
        context: Math.min(last.context, next.context),
        start: last.start,
        end: Math.max(last.end, next.end),
      };
  }
  return merged;
}
