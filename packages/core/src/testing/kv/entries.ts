import { equalBytes } from "../../identity/bytes.js";
import { createIdentifierBytes } from "../../identity/identifier.js";
import { kvLimits } from "../../kv/limits.js";
import { assert, assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import {
  apply,
  bytesOf,
  commit,
  hour,
  type KvCase,
  keyOf,
  read,
  readOne,
  remove,
  set,
  textOf,
} from "./case-context.js";

/** Single entries: what is written comes back as it was, on every kind of store. */
export const entryCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "entries: the driver has a name and declares what the suite was told",
    async run({ driver, capabilities }) {
      assert(driver.name.length > 0, "a driver has a name, for messages");
      assertEqual(
        driver.capabilities,
        capabilities,
        "the driver declares the capabilities that the suite was run with; pass `capabilities` to the suite",
      );
    },
  },
  {
    name: "entries: an absent key is undefined, and keys come back in the order asked, repeated ones too",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [set("a", "1")]);
      await apply(context, driver, [set("b", "2")]);
      const found = await read(context, driver, [keyOf("b"), keyOf("nothing"), keyOf("a"), keyOf("b")]);
      assertEqual(
        found.map((entry) => textOf(entry?.value)),
        ["2", undefined, "1", "2"],
        "one element a key, in the order of the keys",
      );
      assertEqual(await read(context, driver, []), [], "no keys, no entries");
    },
  },
  {
    name: "entries: a set entry has its key, its value and the id of its commit as version",
    async run(context) {
      const id = createIdentifierBytes();
      await apply(context, context.driver, [set("a", "1")], { id });
      assertEqual(
        await readOne(context, context.driver, keyOf("a")),
        { key: keyOf("a"), value: bytesOf("1"), version: id },
        "no other fields than those that were given",
      );
    },
  },
  {
    name: "entries: keys and values of any bytes come back as they were",
    async run(context) {
      const { driver } = context;
      const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const values = [
        new Uint8Array(),
        Uint8Array.of(0),
        Uint8Array.of(0, 0),
        Uint8Array.of(0xff),
        all,
        all.toReversed(),
      ];
      for (const [index, value] of values.entries()) {
        const key = Uint8Array.of(2, index, ...all);
        await apply(context, driver, [{ kind: "set", key, value }]);
        const entry = await readOne(context, driver, key);
        assertEqual([entry?.key, entry?.value], [key, value], "key and value are kept byte by byte");
      }
    },
  },
  {
    name: "entries: keys that differ in one byte, or only in length, are different keys",
    async run(context) {
      const { driver } = context;
      const keys = [[2, 0x61], [2, 0x61, 0], [2, 0x61, 0, 0], [2, 0x41], [2, 0xe1], [2, 0x61, 0xff], [2]].map(
        (bytes) => Uint8Array.from(bytes),
      );
      for (const key of keys) await apply(context, driver, [{ kind: "set", key, value: key }]);
      const found = await read(context, driver, keys);
      assertEqual(
        found.map((entry) => entry?.value),
        keys,
        "each key has its own value",
      );
    },
  },
  {
    name: "entries: the largest key and the largest value are taken",
    async run(context) {
      const key = new Uint8Array(kvLimits.keyBytes).fill(0xfe);
      key[0] = 2;
      const value = Uint8Array.from({ length: kvLimits.valueBytes }, (_, index) => (index * 31) & 0xff);
      await apply(context, context.driver, [{ kind: "set", key, value }]);
      const entry = await readOne(context, context.driver, key);
      assertEqual([entry?.key, entry?.value], [key, value], "key and value of the largest sizes are kept");
    },
  },
  {
    name: "entries: what was passed to a commit may be reused after it",
    async run(context) {
      const { driver } = context;
      const key = keyOf("a");
      const value = bytesOf("value");
      const id = createIdentifierBytes();
      const version = id.slice();
      await apply(context, driver, [{ kind: "set", key, value }], { id });
      value.fill(0);
      key.fill(9, 1);
      id.fill(0);
      const entry = await readOne(context, driver, keyOf("a"));
      assertEqual(textOf(entry?.value), "value", "the value is a copy");
      assertEqual(entry?.version, version, "so is the version");
    },
  },
  {
    name: "entries: a read sees every commit that resolved before it began",
    async run(context) {
      const { driver } = context;
      const drivers = await context.spread();
      for (let round = 0; round < 20; round++) {
        const writer = drivers[round % drivers.length]!;
        await apply(context, writer, [set("a", String(round))]);
        for (const reader of [driver, ...drivers]) {
          assertEqual(
            textOf((await readOne(context, reader, keyOf("a")))?.value),
            String(round),
            "the last commit is seen",
          );
        }
      }
    },
  },
  {
    name: "entries: setting again replaces value, version and deadline",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [set("a", "long value", context.now + hour)]);
      const id = createIdentifierBytes();
      await apply(context, driver, [set("a", "2")], { id });
      assertEqual(
        await readOne(context, driver, keyOf("a")),
        { key: keyOf("a"), value: bytesOf("2"), version: id },
        "nothing of the former entry is left",
      );
    },
  },
  {
    name: "entries: a deleted entry is absent, and deleting what is absent succeeds",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [set("a", "1")]);
      assertEqual((await apply(context, driver, [remove("a")])).stale, [], "a delete is never stale");
      assertEqual(await readOne(context, driver, keyOf("a")), undefined, "the entry is gone");
      await apply(context, driver, [remove("a")]);
      await apply(context, driver, [remove("never there")]);
    },
  },
  {
    name: "entries: a version does not come back when a key is deleted and set again",
    async run(context) {
      const { driver } = context;
      const versions: Uint8Array[] = [];
      for (let round = 0; round < 5; round++) {
        await apply(context, driver, [set("a", "same")]);
        versions.push((await readOne(context, driver, keyOf("a")))!.version);
        if (round === 0 || round === 2) await apply(context, driver, [remove("a")]);
      }
      const repeated = versions.some((version, index) =>
        versions.slice(0, index).some((other) => equalBytes(version, other)),
      );
      assert(!repeated, "each commit gives its own version");
      const result = await commit(context, driver, [set("a", "other")], {
        checks: [{ key: keyOf("a"), version: versions[0]! }],
      });
      assertEqual(result, { ok: false, failed: [0] }, "a check of an earlier life of the key fails");
    },
  },
];
