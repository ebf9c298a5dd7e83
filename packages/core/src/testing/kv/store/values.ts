import type { Key } from "../../../kv/key.js";
import type { KvValue } from "../../../kv/kv-store.js";
import { assert, assertEqual, assertRejects, assertThrows } from "../../runner/assertions.js";
import type { ConformanceCase } from "../../runner/test-runner.js";
import { sortedKeys } from "../../vectors/sorted-keys.js";
import { collect, keysOf, type StoreCase } from "./context.js";

const values: readonly KvValue[] = [
  null,
  true,
  false,
  0,
  -0,
  1.5,
  Number.MAX_SAFE_INTEGER,
  5e-324,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0n,
  -(2n ** 70n),
  "",
  "text with \u0000, \u{1f600} and \u2028",
  new Uint8Array(),
  Uint8Array.of(0, 1, 2, 0xff),
  [],
  [1, [2n, ["three"]], null],
  {},
  { a: 1, nested: { bytes: Uint8Array.of(7), list: [Number.NaN, -0] }, "": "empty name" },
  { $bigint: "data, not a tag" },
  { $object: { $number: "NaN" } },
];

/** Values and single keys, on every kind of store. */
export const storeValueCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "values: structured data and bytes come back equal, and of their types",
    async run({ kv }) {
      for (const [index, value] of values.entries()) {
        const result = await kv.atomic().set(["value", index], value).commit();
        assert(result.ok, "the commit is applied");
        const entry = await kv.get(["value", index]);
        assertEqual(
          entry,
          { key: ["value", index], value, version: result.version },
          "key, value and version",
        );
      }
    },
  },
  {
    name: "values: what cannot be stored is refused with its path, at the call",
    async run({ kv }) {
      class Instance {}
      for (const value of [() => 1, Symbol("s"), new Instance(), new Date(0), "\ud800", { a: ["\udc00"] }]) {
        const error = await assertThrows(
          () => kv.atomic().set(["a"], value as never),
          "INVALID_ARGUMENT",
          "no data",
        );
        assert(String(error.details.path).startsWith("value"), "details.path names the place");
      }
      assertEqual(await kv.get(["a"]), undefined, "nothing was written");
    },
  },
  {
    name: "keys: a key that is no tuple of strings, finite numbers, bigints and bytes is refused everywhere",
    async run({ kv }) {
      for (const key of [
        [],
        [Number.NaN],
        [Number.POSITIVE_INFINITY],
        ["\ud800"],
        [null],
        [true],
        [["a"]],
        "a",
        undefined,
      ]) {
        const bad = key as unknown as Key;
        await assertRejects(kv.get(bad), "INVALID_ARGUMENT", "get");
        await assertRejects(kv.getMany([["a"], bad]), "INVALID_ARGUMENT", "getMany");
        await assertThrows(() => kv.atomic().set(bad, 1), "INVALID_ARGUMENT", "set");
        await assertThrows(() => kv.atomic().check(bad, null), "INVALID_ARGUMENT", "check");
        await assertThrows(() => kv.atomic().delete(bad), "INVALID_ARGUMENT", "delete");
        await assertThrows(() => kv.atomic().setIfNewer(bad, 1, [1]), "INVALID_ARGUMENT", "setIfNewer");
        await assertThrows(() => kv.atomic().setIfNewer(["a"], 1, bad), "INVALID_ARGUMENT", "the order");
      }
    },
  },
  {
    name: "keys: every kind of part makes keys of its own, and minus zero is zero",
    async run({ kv }) {
      for (const [index, key] of sortedKeys.entries()) await kv.atomic().set(key, index).commit();
      for (const [index, key] of sortedKeys.entries())
        assertEqual((await kv.get(key))?.value, index, "no two keys are one");
      await kv.atomic().set(["zero", -0], "minus").commit();
      assertEqual((await kv.get(["zero", 0]))?.value, "minus", "-0 and 0 are one key");
    },
  },
  {
    name: "keys: getMany gives one element a key, in order",
    async run({ kv }) {
      await kv.atomic().set(["a"], 1).commit();
      await kv.atomic().set(["b"], 2).commit();
      const found = await kv.getMany([["b"], ["none"], ["a"], ["b"]]);
      assertEqual(
        found.map((entry) => entry?.value),
        [2, undefined, 1, 2],
        "undefined where there is none",
      );
      assertEqual(await kv.getMany([]), [], "nothing asked, nothing given");
    },
  },
];

/** The order of keys, on ordered stores. */
export const storeOrderCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "keys: bytes come before strings before numbers before bigints, each in their own order",
    async run({ kv }) {
      const atomic = kv.atomic();
      for (const key of sortedKeys.toReversed()) atomic.set(["order", ...key], 1);
      await atomic.commit();
      const found = await keysOf(kv, { prefix: ["order"] });
      assertEqual(
        found,
        sortedKeys.map((key) => ["order", ...key]),
        "the golden order",
      );
      const reversed = await collect(kv, { prefix: ["order"] }, { reverse: true, pageSize: 7 });
      assertEqual(
        reversed.map((entry) => entry.key),
        found.toReversed(),
        "and backwards",
      );
    },
  },
];
