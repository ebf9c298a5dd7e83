import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../identity/bytes.js";
import type {
  KvDriverCommit,
  KvDriverCommitResult,
  KvDriverMutation,
  KvRead,
  StoredEntry,
} from "../../kv/driver.js";
import {
  decodeCommit,
  decodeCommitResult,
  decodeEntries,
  decodeRead,
  decodeWatch,
  encodeCommit,
  encodeCommitResult,
  encodeEntries,
  encodeRead,
  encodeWatch,
} from "./kv-wire.js";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const version = fc.uint8Array({ minLength: 16, maxLength: 16 });
const time = fc.maxSafeInteger();
const expiresAt = fc.option(time, { nil: undefined });
const key = bytes(40);
const value = bytes(200);
const order = bytes(20);
const entry: fc.Arbitrary<StoredEntry> = fc.record({
  key,
  value,
  version,
  expiresAt,
  order: fc.option(order, { nil: undefined }),
});
const read: fc.Arbitrary<KvRead> = fc.oneof(
  fc.record({ kind: fc.constant("keys" as const), keys: fc.array(key), now: time }),
  fc.record({
    kind: fc.constant("range" as const),
    start: key,
    end: key,
    reverse: fc.boolean(),
    limit: fc.integer({ min: 0, max: 10_000 }),
    now: time,
  }),
);
const mutation: fc.Arbitrary<KvDriverMutation> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), key, value, expiresAt }),
  fc.record({ kind: fc.constant("delete" as const), key }),
  fc.record({ kind: fc.constant("setIfNewer" as const), key, value, order, expiresAt }),
  fc.record({ kind: fc.constant("append" as const), log: key, value, expiresAt }),
  fc.record({ kind: fc.constant("import" as const), entry }),
);
const commit: fc.Arbitrary<KvDriverCommit> = fc.record({
  id: version,
  now: time,
  checks: fc.array(fc.record({ key, version: fc.option(version, { nil: null }) })),
  mutations: fc.array(mutation),
});
const result: fc.Arbitrary<KvDriverCommitResult> = fc.oneof(
  fc.record({
    ok: fc.constant(true as const),
    sequences: fc.array(fc.maxSafeInteger().map(Math.abs)),
    stale: fc.array(fc.nat()),
  }),
  fc.record({ ok: fc.constant(false as const), failed: fc.array(fc.nat()) }),
);

describe("every message comes back as it was", () => {
  test("reads", () =>
    fc.assert(fc.property(read, (it) => void expect(decodeRead(encodeRead(it))).toEqual(it))));
  test("entries", () =>
    fc.assert(
      fc.property(
        fc.array(fc.option(entry, { nil: undefined })),
        (it) => void expect(decodeEntries(encodeEntries(it))).toEqual(it),
      ),
    ));
  test("commits", () =>
    fc.assert(fc.property(commit, (it) => void expect(decodeCommit(encodeCommit(it))).toEqual(it))));
  test("commit results", () =>
    fc.assert(
      fc.property(result, (it) => void expect(decodeCommitResult(encodeCommitResult(it))).toEqual(it)),
    ));
  test("watches", () =>
    fc.assert(fc.property(fc.array(key), (it) => void expect(decodeWatch(encodeWatch(it))).toEqual(it))));
});

const decoders = { decodeRead, decodeEntries, decodeCommit, decodeCommitResult, decodeWatch };

function refused(decode: () => unknown): boolean {
  try {
    decode();
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT" });
    return true;
  }
}

describe("hostile messages are INVALID_ARGUMENT, whatever they hold", () => {
  test("random bytes decode or are refused, and nothing else", () => {
    const noise = fc
      .uint8Array({ maxLength: 300 })
      .chain((tail) => fc.constantFrom(tail, Uint8Array.of(1, ...tail)));
    fc.assert(
      fc.property(noise, (message) => {
        for (const decode of Object.values(decoders)) refused(() => decode(message));
      }),
      { numRuns: 2000 },
    );
  });

  test("every truncation of a message is refused", () => {
    fc.assert(
      fc.property(commit, fc.double({ min: 0, max: 0.999, noNaN: true }), (it, part) => {
        const message = encodeCommit(it);
        expect(refused(() => decodeCommit(message.subarray(0, Math.floor(message.length * part))))).toBe(
          true,
        );
      }),
    );
  });

  test("a message with bytes behind its end is refused", () => {
    fc.assert(
      fc.property(
        read,
        (it) => void expect(refused(() => decodeRead(Uint8Array.of(...encodeRead(it), 0)))).toBe(true),
      ),
    );
  });

  test.each([
    ["a count far over the message", "01" + "01" + "0000000000000000" + "e707"],
    ["a count over the limit", "01" + "01" + "0000000000000000" + "ffffffffffffff7f"],
    ["an endless count", "01" + "01" + "0000000000000000" + "80".repeat(40)],
    ["a time that is NaN", "01" + "01" + "7ff8000000000000" + "00"],
    ["another version", "02" + "01" + "0000000000000000" + "00"],
    ["an unknown kind", "01" + "03" + "0000000000000000" + "00"],
    ["nothing", ""],
  ])("%s is refused", (_, hex) => {
    expect(refused(() => decodeRead(fromHex(hex)!))).toBe(true);
  });
});

interface Vector {
  readonly name: string;
  readonly hex: string;
}

describe("golden vectors", () => {
  const vectors = JSON.parse(
    readFileSync(new URL("./testdata/kv-wire-vectors.json", import.meta.url), "utf8"),
  ) as readonly Vector[];
  const at = (name: string): Uint8Array => fromHex(vectors.find((vector) => vector.name === name)!.hex)!;
  const id = Uint8Array.from({ length: 16 }, (_, index) => index);
  const text = (string: string): Uint8Array => new TextEncoder().encode(string);

  const expected: Record<
    string,
    { message: unknown; encode: () => Uint8Array; decode: (bytes: Uint8Array) => unknown }
  > = {
    "read keys": vector(
      { kind: "keys", keys: [text("a"), text("")], now: 1_000_000 },
      encodeRead,
      decodeRead,
    ),
    "read range": vector(
      { kind: "range", start: text("a"), end: text("b"), reverse: true, limit: 300, now: -1 },
      encodeRead,
      decodeRead,
    ),
    entries: vector(
      [undefined, { key: text("k"), value: text("v"), version: id, expiresAt: 5, order: text("o") }],
      encodeEntries,
      decodeEntries,
    ),
    commit: vector(
      {
        id,
        now: 7,
        checks: [
          { key: text("c"), version: null },
          { key: text("d"), version: id },
        ],
        mutations: [
          { kind: "set", key: text("s"), value: text("1"), expiresAt: 9 },
          { kind: "delete", key: text("x") },
          { kind: "setIfNewer", key: text("n"), value: text("2"), order: text("o"), expiresAt: undefined },
          { kind: "append", log: text("l"), value: text("3"), expiresAt: undefined },
          {
            kind: "import",
            entry: { key: text("i"), value: text("4"), version: id, expiresAt: undefined, order: undefined },
          },
        ],
      },
      encodeCommit,
      decodeCommit,
    ),
    "commit applied": vector(
      { ok: true, sequences: [1, 300], stale: [2] },
      encodeCommitResult,
      decodeCommitResult,
    ),
    "commit refused": vector({ ok: false, failed: [0, 3] }, encodeCommitResult, decodeCommitResult),
    watch: vector([text("a"), text("bc")], encodeWatch, decodeWatch),
  };

  function vector<T>(message: T, encode: (message: T) => Uint8Array, decode: (bytes: Uint8Array) => T) {
    return { message, encode: () => encode(message), decode };
  }

  test.each(Object.keys(expected))("%s", (name) => {
    const { message, encode, decode } = expected[name]!;
    expect(toHex(encode())).toBe(toHex(at(name)));
    expect(decode(at(name))).toEqual(message);
  });
});
