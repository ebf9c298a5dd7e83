import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reportRuns } from "./report-runs.js";
import { elementsOf, hostileTexts } from "./test-support/elements.js";
import { reportOf } from "./test-support/sample.js";

/** Shortened texts get a tooltip of their own, and long labels of an axis give way to others. */
function structure(page: string): string[] {
  return elementsOf(page).filter((element) => element !== "title" && element !== "text");
}

const plain = structure(reportRuns(reportOf("income")));

describe("hostile names and values", () => {
  for (const name of hostileTexts) {
    it(`change nothing but text: ${JSON.stringify(name.slice(0, 40))}`, () => {
      const page = reportRuns(reportOf(name));
      expect(structure(page)).toEqual(plain);
      expect(page).not.toMatch(/[^\P{Cc}\n\t\r]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      expect(page.isWellFormed()).toBe(true);
      expect(page.length).toBeLessThan(300_000);
    });
  }

  it("of any kind leave the page well-formed", () => {
    const name = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({
        unit: fc.constantFrom(
          "<",
          ">",
          "&",
          '"',
          "'",
          "`",
          "/",
          "!",
          "-",
          "a",
          " ",
          "\\",
          "\n",
          "$",
          "\ud800",
        ),
      }),
    );
    fc.assert(
      fc.property(name, (text) => {
        expect(structure(reportRuns(reportOf(text)))).toEqual(plain);
      }),
      { numRuns: 40 },
    );
  });

  it("are caught by this test when something forgets to escape", () => {
    const page = reportRuns(reportOf("income"));
    expect(() => elementsOf(page.replace("<h1>", "<h1>a < b"))).toThrow(/not well-formed/);
    expect(() => elementsOf(page.replace('"names":["', '"names":["</script>'))).toThrow(/where they belong/);
    expect(structure(page.replace("<h1>", "<h1><b></b>"))).not.toEqual(plain);
  });
});
