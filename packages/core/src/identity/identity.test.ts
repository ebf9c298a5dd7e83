import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareBytes,
  concatBytes,
  copyBytes,
  equalBytes,
  fromBase64,
  fromHex,
  toBase64,
  toHex,
} from "./bytes.js";
import { isDigest, parseDigest } from "./digest.js";
import { fingerprint } from "./fingerprint.js";
import { createHasher, digestOf } from "./hasher.js";
import { createIdentifier, createIdentifierBytes, createIdentifierHex } from "./identifier.js";
import { portableHasher } from "./portable-hasher.js";
import { createRandom } from "./random.js";

const bytes = fc.uint8Array({ maxLength: 40 });

describe("bytes", () => {
  test("survive hexadecimal and base64 as Node writes them", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toHex(value)).toBe(Buffer.from(value).toString("hex"));
        expect(toBase64(value)).toBe(Buffer.from(value).toString("base64"));
        expect(fromHex(toHex(value))).toEqual(value);
        expect(fromBase64(toBase64(value))).toEqual(value);
      }),
    );
    expect(toBase64(new Uint8Array(100_000))).toHaveLength(133_336);
  });

  test("compare as Buffer.compare does", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(concatBytes([a, b])).toEqual(Uint8Array.from([...a, ...b]));
      }),
    );
  });

  test("of a Buffer are copied, not shared", () => {
    const buffer = Buffer.from([1, 2, 3]);
    const copy = copyBytes(buffer, 1);
    buffer[1] = 9;
    expect(copy).toEqual(Uint8Array.of(2, 3));
    expect(copy.buffer.byteLength).toBe(2);
  });

  test.each(["0", "zz", "0g"])("%o is no hexadecimal", (text) => expect(fromHex(text)).toBeUndefined());
  test("a star is no base64", () => expect(fromBase64("*")).toBeUndefined());
});

describe("a digest", () => {
  test("is the SHA-256 of the content, whole or in pieces, with the host's code and without", () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), (pieces) => {
        const expected = `sha256:${createHash("sha256").update(concatBytes(pieces)).digest("hex")}`;
        expect(digestOf(concatBytes(pieces))).toBe(expected);
        for (const hasher of [createHasher(), withoutHost(createHasher), portableHasher()]) {
          for (const piece of pieces) hasher.update(piece);
          expect(hasher.digest()).toBe(expected);
        }
      }),
    );
    expect(digestOf("é")).toBe(digestOf(Uint8Array.of(0xc3, 0xa9)));
  });

  test("is told from other texts", () => {
    expect(isDigest(digestOf(""))).toBe(true);
    for (const text of [
      "",
      "sha256:",
      digestOf("").toUpperCase(),
      `${digestOf("")}0`,
      digestOf("").slice(7),
    ]) {
      expect(isDigest(text)).toBe(false);
      expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    }
  });
});

function withoutHost<Result>(make: () => Result): Result {
  const original = process.getBuiltinModule;
  process.getBuiltinModule = (() => undefined) as never;
  try {
    return make();
  } finally {
    process.getBuiltinModule = original;
  }
}

describe("an identifier", () => {
  test("is a UUIDv7", () => {
    expect(createIdentifier()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(createIdentifierHex()).toMatch(/^[0-9a-f]{32}$/);
    expect(createIdentifierBytes()).toHaveLength(16);
  });

  test("is the example of RFC 9562 for its time and random bits", () => {
    const random = (target: Uint8Array): void =>
      target.set(fromHex("00000000000000009 8c4dc0c0c07398f".replace(" ", ""))!);
    const identifier = createIdentifier({ time: 0x017f22e279b0 * 1_000, random });
    expect(identifier).toBe("017f22e2-79b0-7000-98c4-dc0c0c07398f");
  });

  test("sorts by the time at which it was made", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 48 - 1 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (time, later) => {
          expect(createIdentifierHex({ time }) < createIdentifierHex({ time: time + later * 10 })).toBe(true);
        },
      ),
    );
  });
});

describe("seeded randomness", () => {
  test("is the same for the same seed, for ever", () => {
    const random = createRandom(20);
    expect([random.next(), random.next(), random.integer(1_000)]).toEqual([
      createFrozen[0],
      createFrozen[1],
      createFrozen[2],
    ]);
  });

  test("is uniform, and normal where asked", () => {
    const random = createRandom(7);
    const count = 100_000;
    let [sum, squares, below] = [0, 0, 0];
    for (let index = 0; index < count; index++) {
      const value = random.normal();
      sum += value;
      squares += value * value;
      if (random.next() < 0.25) below++;
    }
    // Five standard errors.
    expect(Math.abs(sum / count)).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(squares / count - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(below / count - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / count));
  });
});

const createFrozen = [0.862729595036084, 0.4573004675650727, 323];

test("a fingerprint is FNV-1a of 64 bits", () => {
  expect(fingerprint(new TextEncoder().encode(""))).toBe("cbf29ce484222325");
  expect(fingerprint(new TextEncoder().encode("foobar"))).toBe("85944171f73967e8");
});
