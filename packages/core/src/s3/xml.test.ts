import fc from "fast-check";
import { expect, test } from "vitest";
import { elementsOf, escapeXml, textOf } from "./xml.js";

test("elements come in order, texts without their escapes", () => {
  const xml = "<L><Prefix>a&amp;b/</Prefix><C><Key>x&#x2F;y&#233;&quot;</Key></C><C><Key>z</Key></C></L>";
  expect(elementsOf(xml, "C").map((content) => textOf(content, "Key"))).toEqual(['x/yé"', "z"]);
  expect(textOf(xml, "Prefix")).toBe("a&b/");
  expect(textOf(xml, "Absent")).toBeUndefined();
});

test("what was escaped comes back", () => {
  fc.assert(
    fc.property(fc.string(), (text) => void expect(textOf(`<K>${escapeXml(text)}</K>`, "K")).toBe(text)),
  );
});

test("no input makes it throw, and an element that does not end is none", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("<K>", "</K>", "&", "#x110000;", "#99999999;", "lt;", "x")),
      (parts) => {
        textOf(parts.join(""), "K");
        elementsOf(parts.join(""), "K");
      },
    ),
  );
  expect(elementsOf("<K>open", "K")).toEqual([]);
});
