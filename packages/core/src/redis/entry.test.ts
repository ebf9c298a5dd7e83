import fc from "fast-check";
import { expect, test } from "vitest";
import { concatBytes } from "../identity/bytes.js";
import { packHead, unpackEntry } from "./entry.js";

const key = Uint8Array.of(1);
const version = Uint8Array.from({ length: 16 }, (_, index) => index + 240);

test("what is packed comes back, with every combination of deadline and order", () => {
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  fc.assert(
    fc.property(
      fc.uint8Array(),
      optional(fc.integer({ min: 1, max: 2 ** 52 })),
      optional(fc.uint8Array({ maxLength: 128 })),
      (value, expiresAt, order) => {
        const packed = Buffer.from(concatBytes([packHead(version, expiresAt, order), value]));
        expect(unpackEntry(key, packed, 0, "redis")).toEqual({ key, value, version, expiresAt, order });
      },
    ),
  );
});

test("an entry does not exist from its deadline on", () => {
  const packed = packHead(version, 1_000, undefined);
  expect(unpackEntry(key, packed, 999, "redis")?.expiresAt).toBe(1_000);
  expect(unpackEntry(key, packed, 1_000, "redis")).toBeUndefined();
});

test("the format does not change: these bytes are an entry for ever", () => {
  const head = packHead(version, 1_800_000_000_000_000, Uint8Array.of(7, 8));
  expect(Buffer.from(head).toString("hex")).toBe("13f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff4319945ca2620000020708");
});

test("a string that something else wrote is CORRUPT, not absent", () => {
  const foreign = () =>
    unpackEntry(key, new TextEncoder().encode("hello, this is another program"), 0, "redis mw");
  expect(foreign).toThrow(/redis mw: an entry is not in the format/);
  expect(() => unpackEntry(key, new Uint8Array(0), 0, "redis mw")).toThrow(
    expect.objectContaining({ code: "CORRUPT" }),
  );
});
