import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileLike } from "./like.js";

test.each([
  ["", "", true],
  ["", "%", true],
  ["", "_", false],
  ["abc", "abc", true],
  ["abc", "ab", false],
  ["abc", "a%", true],
  ["abc", "%c", true],
  ["abc", "%b%", true],
  ["abc", "a_c", true],
  ["abc", "A%", false],
  ["aba", "aba%aba", false],
  ["line\nbreak", "line_break", true],
  ["line\nbreak", "l%k", true],
  ["😀!", "_!", true],
  ["😀!", "__!", false],
  ["50%", "50\\%", false],
  ["a.c", "a.c", true],
  ["abc", "a.c", false],
])("%j LIKE %j is %s", (text, pattern, expected) => {
  expect(compileLike(pattern, false)(text)).toBe(expected);
});

test("ILIKE compares in lower case", () => {
  expect(compileLike("ÄB_%", true)("äBcD")).toBe(true);
  expect(compileLike("ä", true)("a")).toBe(false);
});

describe("against an oracle", () => {
  test("random patterns match what the definition says", () => {
    const symbols = fc.array(fc.constantFrom("a", "b", "😀", "%", "_"), { maxLength: 8 });
    const characters = fc.array(fc.constantFrom("a", "b", "😀", "\n"), { maxLength: 8 });
    const property = fc.property(characters, symbols, (text, pattern) => {
      expect(compileLike(pattern.join(""), false)(text.join(""))).toBe(likes(text, pattern));
    });
    fc.assert(property, { numRuns: 5000 });
  });
});

test("patterns that make regular expressions explode end", () => {
  const text = "a".repeat(5000);
  expect(compileLike(`${"%a".repeat(1000)}%b`, false)(text)).toBe(false);
  expect(compileLike(`${"%a_".repeat(1000)}%b`, false)(text)).toBe(false);
});

function likes(text: readonly string[], pattern: readonly string[]): boolean {
  const [symbol, ...rest] = pattern;
  if (symbol === undefined) return text.length === 0;
  if (symbol === "%") return likes(text, rest) || (text.length > 0 && likes(text.slice(1), pattern));
  return text.length > 0 && (symbol === "_" || symbol === text[0]) && likes(text.slice(1), rest);
}
