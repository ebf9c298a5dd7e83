/**
 * Compiles a pattern of LIKE: `%` stands for any text, also none, `_` for any one character, a line break included. There is no
 * escape. With `ignoreCase` both sides are put into lower case first.
 *
 * It takes at most text × pattern steps and no memory; patterns cannot make it explode, as they can a regular expression.
 */
export function compileLike(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const wanted = ignoreCase ? pattern.toLowerCase() : pattern;
  const match = matcher(wanted);
  return ignoreCase ? (text) => match(text.toLowerCase()) : match;
}

function matcher(pattern: string): (text: string) => boolean {
  const parts = pattern.split("%");
  if (!pattern.includes("_")) {
    const [first, last] = [parts[0]!, parts.at(-1)!];
    if (parts.length === 1) return (text) => text === first;
    const middle = parts.slice(1, -1).filter((part) => part !== "");
    return (text) => {
      if (text.length < first.length + last.length) return false;
      if (!text.startsWith(first) || !text.endsWith(last)) return false;
      let at = first.length;
      const end = text.length - last.length;
      for (const part of middle) {
        const found = text.indexOf(part, at);
        if (found < 0 || found + part.length > end) return false;
        at = found + part.length;
      }
      return true;
    };
  }
  return (text) => matchesWildcards(text, pattern);
}

/** The greedy way: when something after a `%` does not fit, only that last `%` takes one character more. */
function matchesWildcards(text: string, pattern: string): boolean {
  let [at, wanted] = [0, 0];
  let [retry, percent] = [0, -1];
  while (at < text.length) {
    const symbol = pattern[wanted];
    if (symbol === "%") {
      percent = wanted++;
      retry = at;
    } else if (symbol === "_") {
      at += width(text, at);
      wanted++;
    } else if (symbol !== undefined && symbol === text[at]) {
      at++;
      wanted++;
    } else if (percent >= 0) {
      retry += width(text, retry);
      at = retry;
      wanted = percent + 1;
    } else {
      return false;
    }
  }
  while (pattern[wanted] === "%") wanted++;
  return wanted === pattern.length;
}

/** One character is one code point, which may be two units of a string. */
function width(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}
