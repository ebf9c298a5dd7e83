import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes, toHex } from "../identity/bytes.js";
import { decodeKey, encodeKey, encodeSequence, type Key, type KeyPart, prefixRange } from "./key.js";

const part: fc.Arbitrary<KeyPart> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ maxLength: 4 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  fc.uint8Array({ maxLength: 6 }),
);
const key: fc.Arbitrary<Key> = fc.array(part, { minLength: 1, maxLength: 4 });

function kindOf(value: KeyPart): number {
  if (value instanceof Uint8Array) return 0;
  return ["string", "number", "bigint"].indexOf(typeof value) + 1;
}

/** The stated order, written without the encoding. */
function compareParts(a: KeyPart, b: KeyPart): number {
  if (kindOf(a) !== kindOf(b)) return kindOf(a) - kindOf(b);
  if (a instanceof Uint8Array) return compareBytes(a, b as Uint8Array);
  if (typeof a === "string") {
    const [left, right] = [[...a], [...(b as string)]].map((points) =>
      points.map((point) => point.codePointAt(0)!),
    ) as [number[], number[]];
    for (let index = 0; index < Math.min(left.length, right.length); index++) {
      if (left[index] !== right[index]) return left[index]! - right[index]!;
    }
    return left.length - right.length;
  }
  const [left, right] = [a, b as number | bigint];
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareKeys(a: Key, b: Key): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareParts(a[index]!, b[index]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function inRange(value: Key, prefix: Key): boolean {
  const { start, end } = prefixRange(encodeKey(prefix));
  const bytes = encodeKey(value);
  return compareBytes(bytes, start) >= 0 && compareBytes(bytes, end) < 0;
}

describe("the encoding of keys", () => {
  test.each<[Key, string]>([
    [["a"], "026100"],
    [[""], "0200"],
    [["a\0b"], "026100ff6200"],
    [["é", "z"], "02c3a900027a00"],
    [[new Uint8Array([0, 255])], "0100ffff00"],
    [[0], "038000000000000000"],
    [[-0], "038000000000000000"],
    [[1], "03bff0000000000000"],
    [[-1], "03400fffffffffffff"],
    [[0n], "0480"],
    [[255n], "0481ff"],
    [[-1n], "047efe"],
    [[256n, "x"], "04820100027800"],
  ])("%o is %s", (value, hex) => {
    expect(toHex(encodeKey(value))).toBe(hex);
  });

  test("gives every key back", () => {
    fc.assert(
      fc.property(key, (value) => {
        const normal = value.map((item) => (Object.is(item, -0) ? 0 : item));
        expect(decodeKey(encodeKey(value))).toEqual(normal);
      }),
    );
  });

  test("sorts as the keys do", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareBytes(encodeKey(a), encodeKey(b)))).toBe(Math.sign(compareKeys(a, b)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("a prefix range holds the keys that continue the prefix by whole parts, and no other", () => {
    fc.assert(
      fc.property(key, key, (prefix, other) => {
        const inside = (value: Key): boolean => inRange(value, prefix);
        const continues =
          other.length > prefix.length &&
          prefix.every((item, index) => compareParts(item, other[index]!) === 0);
        expect(inside(other)).toBe(continues);
        expect(inside([...prefix, ...other])).toBe(true);
        expect(inside(prefix)).toBe(false);
      }),
    );
    expect(inRange(["foobar"], ["foo"])).toBe(false);
  });

  test("sequences are nine bytes, in order, and are the encoding of the number", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.nat(2 ** 31), (a, b) => {
        expect(encodeSequence(a)).toHaveLength(9);
        expect(encodeSequence(a)).toEqual(encodeKey([a]));
        expect(Math.sign(compareBytes(encodeSequence(a), encodeSequence(b)))).toBe(Math.sign(a - b));
      }),
    );
  });

  test.each([
    [["\ud800"], "lone surrogate"],
    [[Number.NaN], "finite"],
    [[Number.POSITIVE_INFINITY], "finite"],
    [[true], "boolean"],
    [[null], "object"],
    [[2n ** 961n], "960 bits"],
  ])("refuses %o", (value, problem) => {
    expect(() => encodeKey(value as Key)).toThrow(problem);
  });

  test("a string that begins with a byte order mark comes back whole", () => {
    expect(decodeKey(encodeKey(["\ufeffid"]))).toEqual(["\ufeffid"]);
  });

  test("bytes that are no key are undefined, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        const decoded = decodeKey(bytes);
        if (decoded !== undefined)
          for (const item of decoded) expect(["string", "number", "bigint", "object"]).toContain(typeof item);
      }),
    );
    for (const hex of [[0x02, 0x61], [0x03, 1, 2], [0x04, 0x85, 1], [0x09], [0x02, 0xff, 0x00]]) {
      expect(decodeKey(Uint8Array.from(hex))).toBeUndefined();
    }
  });
});
