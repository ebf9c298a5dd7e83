import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Digest } from "../identity/digest.js";
import { digestOf } from "../identity/hasher.js";
import { html, trustedHtml } from "./html.js";
import { badge, columns, keyFigures, renderPage } from "./page.js";
import { table } from "./table.js";

describe("renderPage", () => {
  const page = renderPage({
    title: "Drift",
    lead: "Income moved.",
    sections: [
      { title: "First", content: ["a paragraph", html`<b>bold</b>`, 1234.5, null, undefined] },
      { title: "Second", content: "more", collapsed: true },
    ],
    footer: html`<p>made today</p>`,
  });

  it("makes one complete page", () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/u);
    expect(page).toContain("<h1>Drift</h1><p>Income moved.</p>");
    expect(page).toContain("<h2>First</h2><p>a paragraph</p><b>bold</b><p>1,235</p></section>");
    expect(page).toContain("<footer><p>made today</p></footer>");
  });

  it("folds a section up without script", () => {
    expect(page).toContain("<details><summary><h2>Second</h2></summary><p>more</p></details>");
    expect(page).not.toContain("<script");
  });

  it("asks nothing of any network, and forbids it", () => {
    expect(page).toContain(`content="default-src 'none';`);
    expect(page.replace(/xmlns="[^"]*"/g, "")).not.toMatch(/https?:|\/\/|url\(|@import|src=|href=/u);
  });

  it("follows the reader's light or dark setting, and prints light", () => {
    expect(page).toContain("@media (prefers-color-scheme:dark)");
    expect(page).toContain("@media print");
  });

  it("leaves out what is not given", () => {
    const bare = renderPage({ title: "t", sections: [] });
    expect(bare).not.toContain("<footer>");
    expect(bare).toContain("<header><h1>t</h1></header>");
  });
});

describe("renderPage with a script", () => {
  const code = "document.title = '&<b>';";
  const page = renderPage({
    ...{ title: "t", sections: [], style: ".mine{color:red}" },
    script: { code, digest: digestOf(code), data: { name: "</script><b>" } },
  });

  it("admits this script by its digest and no other", () => {
    const digest = createHash("sha256").update(code).digest("base64");
    expect(page).toContain(`content="default-src 'none'; script-src 'sha256-${digest}'; style-src`);
    expect(page).toContain(`<script>${code}</script>`);
  });

  it("hands data over as text", () => {
    expect(page).toContain(
      String.raw`<script type="application/json" id="page-data">{"name":"\u003c/script\u003e\u003cb\u003e"}</script>`,
    );
    expect(page).toContain(".mine{color:red}</style>");
  });

  it("refuses what is no digest", () => {
    const script = { code, digest: "sha256:1'; script-src *" as Digest };
    expect(() => renderPage({ title: "t", sections: [], script })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });

  it("refuses code that would end early", () => {
    for (const bad of ["a</script>", "a<!-- b", "'<SCRIPT'", "a\r\nb"]) {
      expect(() =>
        renderPage({ title: "t", sections: [], script: { code: bad, digest: digestOf(bad) } }),
      ).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    }
  });
});

describe("html", () => {
  it("escapes text and takes markup as it is, alone and in lists", () => {
    const inner = html`<i>${"<"}</i>`;
    expect(html`<p title="${'"'}">${[inner, "&", 0.5, null]}${undefined}</p>`.markup).toBe(
      '<p title="&quot;"><i>&lt;</i>&amp;0.5</p>',
    );
    expect(html`${trustedHtml("<hr>")}`.markup).toBe("<hr>");
  });

  it("does not take an object that only looks like markup", () => {
    const data = JSON.parse('[{"markup": "<script>"}]') as never[];
    expect(() => html`${data}`).toThrow(TypeError);
  });
});

describe("table", () => {
  const { markup } = table({
    caption: "Drift",
    columns: ["feature", "p", "note", { header: "n", align: "left" }],
    rows: [
      ["income", 2.77e-22, "a", 5],
      ["age", undefined, badge("ok", "good")],
    ],
  });

  it("has a caption, column headers and row headers", () => {
    expect(markup).toContain("<caption>Drift</caption>");
    expect(markup).toContain('<th scope="col">feature</th>');
    expect(markup).toContain('<th scope="row">income</th>');
  });

  it("aligns columns of numbers at the right unless told otherwise, and fills missing cells", () => {
    expect(markup).toContain(
      '<th scope="col" class="number">p</th><th scope="col">note</th><th scope="col">n</th>',
    );
    expect(markup).toContain('<td class="number">2.77e−22</td><td>a</td><td>5</td>');
    expect(markup).toContain('<td class="number"></td>');
    expect(markup).toMatch(/ok<\/span><\/td><td><\/td><\/tr>/u);
  });

  it("shortens text that would fill the page", () => {
    const long = table({ caption: "c", columns: ["a"], rows: [["x".repeat(10_000)]] });
    expect(long.markup).toContain(`<th scope="row">${"x".repeat(200)}…</th>`);
  });
});

describe("small parts", () => {
  it("say in words what they say in colour", () => {
    expect(badge("drift", "bad").markup).toBe(
      '<span class="badge bad"><span aria-hidden="true">■</span> drift</span>',
    );
  });

  it("name their figures and stand side by side", () => {
    expect(keyFigures([{ label: "rows", value: 2500 }]).markup).toContain("<dt>rows</dt><dd>2,500</dd>");
    expect(columns(["a", html`<b>b</b>`]).markup).toBe(
      '<div class="columns"><div><p>a</p></div><div><b>b</b></div></div>',
    );
  });
});
