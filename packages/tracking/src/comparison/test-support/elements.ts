const empty = new Set(["meta", "!doctype"]);

/**
 * The elements of a page of `reportRuns`, each of which must be opened, closed and written as it writes them. Its two scripts
 * must be the last elements. Throws for anything else, so that data which became markup is seen here or as an element too many.
 */
export function elementsOf(page: string): string[] {
  const scripts =
    /<script type="application\/json" id="page-data">([^<>&]*)<\/script>\n<script>([\s\S]*?)<\/script>\n(?=<\/body>\n<\/html>\n$)/.exec(
      page,
    );
  if (scripts === null) throw new Error("the scripts are not where they belong");
  JSON.parse(scripts[1]!);
  const style = /<style>([^<&]*)<\/style>/.exec(page);
  if (style === null) throw new Error("there is no style sheet");
  const markup = page.replace(scripts[0], "").replace(style[0], "");
  const tag = /<(\/?)(!?[a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z:-]+="[^"<]*")*)(?: html)?(\/?)>/y;
  const textOf = /(?:[^<&]|&(?:amp|lt|gt|quot|#39|#96|#10|#9);)*/y;
  const open: string[] = [];
  const elements: string[] = [];
  let at = 0;
  while (at < markup.length) {
    textOf.lastIndex = at;
    at += textOf.exec(markup)![0].length;
    if (at === markup.length) break;
    tag.lastIndex = at;
    const found = tag.exec(markup);
    if (found === null) throw new Error(`not well-formed at ${at}: ${markup.slice(at, at + 80)}`);
    at += found[0].length;
    const [, closing, name, , selfClosing] = found;
    if (closing === "/") {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
    } else {
      elements.push(name!.toLowerCase());
      if (selfClosing !== "/" && !empty.has(name!.toLowerCase())) open.push(name!);
    }
  }
  if (open.length > 0) throw new Error(`${open.join(", ")} left open`);
  return elements;
}

/** Names and values that try to become markup, script, or something that is not seen. */
export const hostileTexts: readonly string[] = [
  "<script>globalThis.hacked = 1</script>",
  "</script><script>globalThis.hacked = 1</script>",
  "</title><img src=x onerror='globalThis.hacked = 1'>",
  "</svg></style></desc>--><!--",
  `" onload="globalThis.hacked = 1`,
  `' onfocus='globalThis.hacked = 1' autofocus='`,
  "`x` $" + "{globalThis.hacked = 1}",
  "&lt;script&gt; &#x3c;b&#x3e; &amp",
  "]]><![CDATA[",
  "a\u0000b\u001b[31m\u007f\u0085",
  "invoice\u202egnp.exe\u2066\u2069\u200f",
  "lone \ud800 surrogate \udc00",
  "\u2028\u2029\ufeff",
  "x".repeat(10_000),
  "語".repeat(5_000),
  "👩‍🚀".repeat(2_000),
  "\u202e".repeat(10_000),
  "",
  " ",
  "line\r\nbreak\ttab",
  "__proto__",
  "constructor",
];
