import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromCanonicalJson, toCanonicalJson } from "../../encoding/canonical-json.js";
import { fromHex, toHex } from "../../identity/bytes.js";
import { decodeKey, encodeKey, encodeSequence, type KeyPart } from "../../kv/key.js";
import { sortedKeys } from "./sorted-keys.js";

// The files are frozen: data that was written by a release must be readable for ever. Never generate them anew.
function vectors<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")) as Content;
}

type WrittenPart = { string: string } | { number: string } | { bigint: string } | { bytes: string };

function partOf(written: WrittenPart): KeyPart {
  if ("string" in written) return written.string;
  if ("number" in written) return Number(written.number);
  return "bigint" in written ? BigInt(written.bigint) : fromHex(written.bytes)!;
}

describe("the golden vectors", () => {
  const { keys, ordered } = vectors<{ ordered: number; keys: { key: WrittenPart[]; encoded: string }[] }>(
    "keys.json",
  );

  test("keys have these bytes, and come back from them", () => {
    for (const { key, encoded } of keys) {
      const parts = key.map(partOf);
      expect(toHex(encodeKey(parts))).toBe(encoded);
      expect(decodeKey(fromHex(encoded)!)).toEqual(parts.map((part) => (Object.is(part, -0) ? 0 : part)));
    }
  });

  test("the first keys ascend, as their bytes do, and are those of the suite", () => {
    const encoded = keys.slice(0, ordered).map((vector) => vector.encoded);
    expect(encoded).toEqual([...new Set(encoded)].sort());
    expect(encoded).toEqual(sortedKeys.map((key) => toHex(encodeKey(key))));
  });

  test("sequences have these nine bytes", () => {
    const { sequences } = vectors<{ sequences: { sequence: number; encoded: string }[] }>("sequences.json");
    for (const { sequence, encoded } of sequences) expect(toHex(encodeSequence(sequence))).toBe(encoded);
    const encodings = sequences.map(({ encoded }) => encoded);
    expect(encodings).toEqual(encodings.toSorted());
  });

  test("canonical texts are fixed points", () => {
    const { texts } = vectors<{ texts: { value: string; text: string }[] }>("canonical-json.json");
    expect(texts.length).toBeGreaterThan(20);
    for (const { text } of texts) expect(toCanonicalJson(fromCanonicalJson(text))).toBe(text);
  });

  test("values have their canonical texts", () => {
    const { texts } = vectors<{ texts: { value: string; text: string }[] }>("canonical-json.json");
    const textOf = (value: string): string | undefined =>
      texts.find((vector) => vector.value === value)?.text;
    expect(textOf("-0 (minus zero)")).toBe(toCanonicalJson(-0));
    expect(textOf("NaN")).toBe(toCanonicalJson(Number.NaN));
    expect(textOf("bytes 00 01 fe ff")).toBe(toCanonicalJson(Uint8Array.of(0, 1, 254, 255)));
    expect(textOf("an object that looks like a tag")).toBe(toCanonicalJson({ $bigint: "1" }));
    expect(textOf("9007199254740993 as a bigint")).toBe(toCanonicalJson(9_007_199_254_740_993n));
    expect(textOf("1e21")).toBe(toCanonicalJson(1e21));
  });
});
