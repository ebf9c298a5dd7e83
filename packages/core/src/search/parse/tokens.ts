/** A piece of a text, with where it stands. */
export interface SearchToken {
  readonly kind: "word" | "quoted" | "number" | "operator" | "punctuation" | "unknown" | "end";
  /** As it is written; of a quoted one, what is inside. */
  readonly text: string;
  /** The character that opened a quoted one: `, " or ', or "E" for E'…'. */
  readonly quote?: string | undefined;
  readonly start: number;
  readonly end: number;
}

const space = /\s+/y;
// As sqlparse, which MLflow uses: doubled quotes and \' do not end a text, and stay as they are. If that leaves it open, they do end it.
const quoted: Readonly<Record<string, RegExp>> = {
  "`": /`(?:``|[^`])*`/y,
  '"': /"(?:""|\\"|[^"])*"/y,
  "'": /'(?:''|\\'|[^'])*'/y,
};
const escaped = /[eE]'(?:\\.|[^'\\])*'/sy;
const number = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_.])/uy;
const infinity = /[+-](?:inf|infinity)(?![\p{L}\p{N}_.])/iuy;
const word = /[\p{L}\p{N}_]+/uy;
const brokenNumber = /[+-]?[\p{L}\p{N}_.]+/uy;
const operator = /[<>=~!]+/y;

/** Cuts a text into tokens; the last is the end. It never fails: what it does not know is "unknown". */
export function tokenize(text: string): SearchToken[] {
  const tokens: SearchToken[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  for (;;) {
    at += match(space)?.length ?? 0;
    if (at >= text.length) break;
    const token = { ...tokenAt(text, at, tokens.at(-1), match), start: at };
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return tokens;
}

function tokenAt(
  text: string,
  at: number,
  previous: SearchToken | undefined,
  match: (pattern: RegExp) => string | undefined,
): Omit<SearchToken, "start"> {
  const character = text[at]!;
  const inName = previous?.end === at && (previous.kind === "word" || previous.kind === "quoted");

  const escapedText = match(escaped);
  if (escapedText !== undefined && !inName) {
    return { kind: "quoted", text: unescaped(escapedText), quote: "E", end: at + escapedText.length };
  }
  const quotedText = quoted[character] && match(quoted[character]);
  if (quotedText !== undefined) {
    const end = at + quotedText.length;
    return { kind: "quoted", text: quotedText.slice(1, -1), quote: character, end };
  }
  // Behind a name a period belongs to it; elsewhere it begins a number.
  if (!(character === "." && inName)) {
    const numberText = match(number) ?? match(infinity);
    if (numberText !== undefined) return { kind: "number", text: numberText, end: at + numberText.length };
    if (/[\d+-]/.test(character)) {
      const broken = match(brokenNumber);
      if (broken !== undefined) return { kind: "unknown", text: broken, end: at + broken.length };
    }
  }
  const wordText = match(word);
  if (wordText !== undefined) return { kind: "word", text: wordText, end: at + wordText.length };
  const operatorText = match(operator);
  if (operatorText !== undefined) {
    return { kind: "operator", text: operatorText, end: at + operatorText.length };
  }
  const whole = String.fromCodePoint(text.codePointAt(at)!);
  return { kind: "().,*".includes(whole) ? "punctuation" : "unknown", text: whole, end: at + whole.length };
}

/** E'…': a backslash takes the next character as it is, but \n, \r and \t are a line break, a return and a tab. */
function unescaped(written: string): string {
  return written.slice(2, -1).replace(/\\(.)/gs, (_, character: string) => controls[character] ?? character);
}

const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
