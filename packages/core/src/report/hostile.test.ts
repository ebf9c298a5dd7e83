import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barChart } from "./bar-chart.js";
import { curveChart } from "./curve-chart.js";
import { escapeAttribute, escapeHtml } from "./escape.js";
import { histogramPair } from "./histogram-pair.js";
import { html } from "./html.js";
import { lineChart } from "./line-chart.js";
import { badge, columns, keyFigures, renderPage } from "./page.js";
import { parallelCoordinates } from "./parallel-coordinates.js";
import { scatterChart } from "./scatter-chart.js";
import { jsonForScript } from "./script.js";
import { table } from "./table.js";

const empty = new Set(["meta", "!doctype"]);

/**
 * The elements of markup, each of which must be opened, closed and written as this package writes it: attributes in
 * double quotes without "<" in them, text without a bare "<" or "&". Throws for anything else, so that data which
 * became markup is seen either here or as an element too many.
 */
function elementsOf(markup: string): string[] {
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

function everything(name: string): string {
  const pictures = [
    lineChart({
      title: name,
      xLabel: name,
      yLabel: name,
      series: [
        { name, y: [1, 2, 3] },
        { name: `${name}2`, y: [3, 1] },
      ],
    }),
    histogramPair({
      title: name,
      xLabel: name,
      names: [name, name],
      edges: [0, 1, 2],
      reference: [1, 2],
      current: [2, 1],
    }),
    histogramPair({
      title: name,
      categories: [name, "b"],
      reference: [1, 2],
      current: [2, 1],
      description: name,
    }),
    barChart({ title: name, bars: [{ label: name, value: 1 }], format: (value) => `${value} ${name}` }),
    curveChart({
      ...{ title: name, xLabel: name, yLabel: name },
      curves: [{ name, x: [0, 1], y: [1, 2] }],
      bands: [{ name, x: [0, 1], low: [1, 1], high: [2, 2] }],
    }),
    scatterChart({
      title: name,
      x: { label: name, values: [`${name}b`, `${name}c`] },
      y: { label: name, values: [1, 2] },
      names: [name, name],
    }),
    parallelCoordinates({
      title: name,
      axes: [
        { label: name, values: [`${name}b`, `${name}c`] },
        { label: name, values: [1, 2] },
      ],
      names: [name, name],
    }),
  ];
  return renderPage({
    title: name,
    lead: name,
    footer: name,
    language: name,
    sections: [
      {
        title: name,
        content: [
          keyFigures([{ label: name, value: name }]),
          table({ caption: name, columns: [name, { header: name }], rows: [[name, badge(name, "bad")]] }),
          html`<p title="${name}">${name}</p>`,
          name,
        ],
      },
      { title: name, collapsed: true, content: columns(pictures) },
    ],
  });
}

const plain = elementsOf(everything("income"));
const hostile = [
  "<script>alert(1)</script>",
  "</title><script>alert(1)</script>",
  "</svg></style></desc>-->",
  `" onload="alert(1)`,
  `' onfocus='alert(1)' autofocus='`,
  "`x`",
  "&lt;script&gt; &#x3c;b&#x3e; &amp",
  "<!--",
  "]]><![CDATA[",
  "a\u0000b\u001b[31m\u007f\u0085",
  "invoice\u202egnp.exe\u2066\u2069\u200f",
  "lone \ud800 surrogate \udc00",
  "\u2028\u2029\ufeff",
  "x".repeat(100_000),
  "語".repeat(5_000),
  "👩‍🚀".repeat(2_000),
  "",
  " ",
  "line\r\nbreak\ttab",
];

describe("hostile names", () => {
  for (const name of hostile) {
    it(`change nothing but text: ${JSON.stringify(name.slice(0, 40))}`, () => {
      const page = everything(name);
      const elements = elementsOf(page);
      // Shortened texts get a tooltip of their own; apart from those the elements are the same.
      const withoutTitles = (all: string[]) => all.filter((element) => element !== "title");
      expect(withoutTitles(elements)).toEqual(withoutTitles(plain));
      expect(elements).not.toContain("script");
      expect(page).not.toMatch(/[^\P{Cc}\n\t\r]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      expect(page.isWellFormed()).toBe(true);
    });
  }

  it("of any kind leave the page well-formed", () => {
    const name = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({
        unit: fc.constantFrom("<", ">", "&", '"', "'", "`", "/", "!", "-", "a", " ", "\\", "\n", "\ud800"),
      }),
    );
    fc.assert(
      fc.property(name, (text) => {
        const withoutTitles = (all: string[]) => all.filter((element) => element !== "title");
        expect(withoutTitles(elementsOf(everything(text)))).toEqual(withoutTitles(plain));
      }),
      { numRuns: 60 },
    );
  });

  it("are caught by this test when something forgets to escape", () => {
    expect(() => elementsOf(`<p>a < b</p>`)).toThrow(/not well-formed/);
    expect(() => elementsOf(`<p>${"a & b"}</p>`)).toThrow(/not well-formed/);
    expect(() => elementsOf("<p></div></p>")).toThrow(/closes another/);
    expect(elementsOf("<p><script></script></p>")).toEqual(["p", "script"]);
  });
});

describe("jsonForScript", () => {
  it("keeps any text, and writes nothing that a script element could end at", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...hostile));
    fc.assert(
      fc.property(text, text, (key, value) => {
        const json = jsonForScript({ [`k${key}`]: [value] });
        expect(json).not.toMatch(/[<>&'\u2028\u2029\u202e\n]/u);
        expect(json.isWellFormed()).toBe(true);
        expect(JSON.parse(json)).toEqual({ [`k${key}`]: [value] });
      }),
    );
  });

  it("has null for what JSON has no form for, and refuses what cannot be written", () => {
    expect(jsonForScript([Number.NaN, Number.POSITIVE_INFINITY, undefined])).toBe("[null,null,null]");
    expect(jsonForScript(undefined)).toBe("null");
    expect(() => jsonForScript(1n)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("escapeHtml and escapeAttribute", () => {
  it("escape what each place needs", () => {
    expect(escapeHtml(`<a href="x">&'</a>`)).toBe(`&lt;a href="x"&gt;&amp;'&lt;/a&gt;`);
    expect(escapeAttribute("<\"'`&\n\t>")).toBe("&lt;&quot;&#39;&#96;&amp;&#10;&#9;&gt;");
  });

  it("show what cannot be seen", () => {
    expect(escapeHtml("a\u202eb\u0000c\ud800d")).toBe("a\\u202eb\\u0000c\\ud800d");
    expect(escapeHtml("naïve 語 👩‍🚀\n")).toBe("naïve 語 👩‍🚀\n");
  });
});
