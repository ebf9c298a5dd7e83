import { compareBytes, concatBytes } from "../../identity/bytes.js";
import { createRandom } from "../../identity/random.js";
import { prefixRange } from "../../kv/key.js";
import { counterKey } from "../../kv/reserved.js";
import { assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import { append, apply, hour, type KvCase, keyOf, range, set, textOf } from "./case-context.js";

const letters = ["a", "b", "c", "d", "e"];

async function fill(context: KvCase): Promise<void> {
  await apply(
    context,
    context.driver,
    letters.map((letter) => set(letter, letter)),
  );
}

function valuesOf(entries: readonly { readonly value: Uint8Array }[]): string {
  return entries.map((entry) => textOf(entry.value)).join("");
}

/** Reading ranges, on ordered stores. */
export const rangeCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "ranges: entries come in the order of the bytes of their keys",
    async run(context) {
      const { driver } = context;
      const random = createRandom(17);
      const keys = Array.from({ length: 300 }, () =>
        Uint8Array.of(
          2,
          ...Array.from(
            { length: 1 + random.integer(4) },
            () => [0, 1, 0x7f, 0x80, 0xfe, 0xff][random.integer(6)]!,
          ),
        ),
      );
      const distinct = [...new Map(keys.map((key) => [key.join(), key])).values()];
      await apply(
        context,
        driver,
        distinct.map((key) => ({ kind: "set", key, value: key })),
      );
      const sorted = distinct.toSorted(compareBytes);
      const entries = await range(context, driver);
      assertEqual(
        entries.map((entry) => entry.key),
        sorted,
        "unsigned bytes, a prefix before what continues it",
      );
      const reversed = await range(context, driver, { reverse: true });
      assertEqual(
        reversed.map((entry) => entry.key),
        sorted.toReversed(),
        "the same order backwards",
      );
      assertEqual(
        entries.map((entry) => entry.value),
        sorted,
        "each key with its value",
      );
    },
  },
  {
    name: "ranges: the start is in the range and the end is not, in both directions",
    async run(context) {
      await fill(context);
      const bounds = { start: keyOf("b"), end: keyOf("d") };
      assertEqual(valuesOf(await range(context, context.driver, bounds)), "bc", "from start, without end");
      assertEqual(
        valuesOf(await range(context, context.driver, { ...bounds, reverse: true })),
        "cb",
        "backwards, the same entries",
      );
    },
  },
  {
    name: "ranges: bounds need not be keys, and may span any bytes",
    async run(context) {
      const { driver } = context;
      await fill(context);
      await apply(context, driver, [append("log", "1")]);
      const whole = { start: Uint8Array.of(0), end: new Uint8Array(64).fill(0xff) };
      assertEqual(
        (await range(context, driver, whole)).length,
        letters.length + 2,
        "users' keys and core's own alike",
      );
      assertEqual(
        (await range(context, driver, { start: Uint8Array.of(0xfe) })).map((entry) => entry.key),
        [counterKey(keyOf("log"))],
        "core's own keys sort last",
      );
      assertEqual(
        (await range(context, driver, { start: new Uint8Array(), end: keyOf("c") })).length,
        2,
        "an empty start is before all keys",
      );
      assertEqual(
        valuesOf(
          await range(context, driver, { start: Uint8Array.of(2, 0x62, 1), end: Uint8Array.of(2, 0x64) }),
        ),
        "c",
        "bounds between keys",
      );
      const long = concatBytes([keyOf("b"), new Uint8Array(1_100)]);
      assertEqual(
        valuesOf(await range(context, driver, { start: long, end: keyOf("e") })),
        "cd",
        "a bound longer than any key",
      );
    },
  },
  {
    name: "ranges: an empty range gives nothing",
    async run(context) {
      await fill(context);
      for (const reverse of [false, true]) {
        assertEqual(
          await range(context, context.driver, { start: keyOf("x"), end: keyOf("z"), reverse }),
          [],
          "nothing lies in it",
        );
        assertEqual(
          await range(context, context.driver, { start: keyOf("b"), end: keyOf("b"), reverse }),
          [],
          "start equals end",
        );
        assertEqual(
          await range(context, context.driver, { start: keyOf("d"), end: keyOf("b"), reverse }),
          [],
          "start behind end",
        );
      }
    },
  },
  {
    name: "ranges: at most limit entries come, from the side where reading begins",
    async run(context) {
      await fill(context);
      const { driver } = context;
      assertEqual(valuesOf(await range(context, driver, { limit: 2 })), "ab", "the first ones");
      assertEqual(
        valuesOf(await range(context, driver, { limit: 2, reverse: true })),
        "ed",
        "the last ones, backwards",
      );
      assertEqual(
        valuesOf(await range(context, driver, { limit: 5 })),
        "abcde",
        "exactly as many as there are",
      );
      assertEqual(valuesOf(await range(context, driver, { limit: 1, start: keyOf("c") })), "c", "one");
    },
  },
  {
    name: "ranges: a prefix range holds whole parts only, and not the prefix itself",
    async run(context) {
      const { driver } = context;
      const prefix = keyOf("run");
      const inside = concatBytes([prefix, keyOf("1")]);
      for (const key of [
        prefix,
        inside,
        keyOf("runs"),
        keyOf("ru"),
        concatBytes([keyOf("runs"), keyOf("1")]),
      ]) {
        await apply(context, driver, [{ kind: "set", key, value: key }]);
      }
      assertEqual(
        (await range(context, driver, prefixRange(prefix))).map((entry) => entry.key),
        [inside],
        "only what continues the prefix by a part",
      );
    },
  },
  {
    name: "ranges: pages one after the other give each of 2,500 entries once",
    async run(context) {
      const { driver } = context;
      const names = Array.from({ length: 2_500 }, (_, index) => String(index).padStart(5, "0"));
      for (let first = 0; first < names.length; first += 500) {
        await apply(
          context,
          driver,
          names.slice(first, first + 500).map((name) => set(name, name)),
        );
      }
      const forward: string[] = [];
      let start = Uint8Array.of(0) as Uint8Array;
      while (forward.length < names.length) {
        const page = await range(context, driver, { start, limit: 333 });
        forward.push(...page.map((entry) => textOf(entry.value)!));
        if (page.length < 333) break;
        start = concatBytes([page.at(-1)!.key, Uint8Array.of(0)]);
      }
      assertEqual(forward, names, "forwards");
      const backward: string[] = [];
      let end = Uint8Array.of(0xff) as Uint8Array;
      while (backward.length < names.length) {
        const page = await range(context, driver, { end, limit: 1_000, reverse: true });
        backward.push(...page.map((entry) => textOf(entry.value)!));
        if (page.length < 1_000) break;
        end = page.at(-1)!.key;
      }
      assertEqual(backward, names.toReversed(), "backwards");
    },
  },
  {
    name: "ranges: entries have all their fields",
    async run(context) {
      const { driver, now } = context;
      const order = Uint8Array.of(3, 7);
      await apply(context, driver, [
        { kind: "setIfNewer", key: keyOf("a"), value: Uint8Array.of(1), order, expiresAt: now + hour },
      ]);
      const [entry] = await range(context, driver);
      const [same] = await driver.read({ kind: "keys", keys: [keyOf("a")], now });
      assertEqual(entry, same, "as reading the key gives them");
      assertEqual([entry?.order, entry?.expiresAt], [order, now + hour], "order and deadline");
    },
  },
];
