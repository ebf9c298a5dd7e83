import { createIdentifierBytes } from "../../identity/identifier.js";
import { assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import {
  apply,
  bytesOf,
  commit,
  type KvCase,
  keyOf,
  read,
  readOne,
  remove,
  set,
  setIfNewer,
  textOf,
} from "./case-context.js";

async function currentValue(context: KvCase, key = "a"): Promise<string | undefined> {
  return textOf((await readOne(context, context.driver, keyOf(key)))?.value);
}

/** `setIfNewer`, on every kind of store. */
export const setIfNewerCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "setIfNewer: it creates the entry, with its order",
    async run(context) {
      const id = createIdentifierBytes();
      const result = await apply(context, context.driver, [setIfNewer("a", "1", 5)], { id });
      assertEqual(result, { ok: true, sequences: [], stale: [] }, "the commit is applied");
      assertEqual(
        await readOne(context, context.driver, keyOf("a")),
        { key: keyOf("a"), value: bytesOf("1"), version: id, order: Uint8Array.of(3, 5) },
        "the order comes back",
      );
    },
  },
  {
    name: "setIfNewer: a larger order replaces, a smaller one is stale and changes nothing",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [setIfNewer("a", "1", 5)]);
      assertEqual((await apply(context, driver, [setIfNewer("a", "2", 6)])).stale, [], "6 is newer than 5");
      const before = await readOne(context, driver, keyOf("a"));
      assertEqual(
        await commit(context, driver, [setIfNewer("a", "3", 5)]),
        { ok: true, sequences: [], stale: [0] },
        "5 is older than 6",
      );
      assertEqual(
        await readOne(context, driver, keyOf("a")),
        before,
        "value, version and order are as they were",
      );
    },
  },
  {
    name: "setIfNewer: an equal order is written again",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [setIfNewer("a", "1", 5)]);
      const id = createIdentifierBytes();
      assertEqual(
        (await apply(context, driver, [setIfNewer("a", "2", 5)], { id })).stale,
        [],
        "equal is not stale",
      );
      const entry = await readOne(context, driver, keyOf("a"));
      assertEqual([textOf(entry?.value), entry?.version], ["2", id], "the value of the later commit");
    },
  },
  {
    name: "setIfNewer: orders compare as bytes, unsigned, a prefix first",
    async run(context) {
      const { driver } = context;
      const orders = [
        [0],
        [0, 0],
        [1, 0xff],
        [2],
        [0x7f, 0xff],
        [0x80],
        [0x80, 0],
        [0xff],
        [0xff, 0],
        [0xff, 0xff],
      ].map((bytes) => Uint8Array.from(bytes));
      const write = (index: number) =>
        ({
          kind: "setIfNewer",
          key: keyOf("a"),
          value: bytesOf(String(index)),
          order: orders[index]!,
        }) as const;
      for (let index = 0; index < orders.length; index++) {
        assertEqual(
          (await apply(context, driver, [write(index)])).stale,
          [],
          `order ${index} is newer than the one before`,
        );
        for (let earlier = 0; earlier < index; earlier++) {
          assertEqual(
            (await apply(context, driver, [write(earlier)])).stale,
            [0],
            `order ${earlier} is older than ${index}`,
          );
        }
        assertEqual(await currentValue(context), String(index), "the newest stays");
      }
    },
  },
  {
    name: "setIfNewer: an entry without an order is older than any, and a plain set takes the order away",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [set("a", "plain")]);
      assertEqual(
        (await apply(context, driver, [setIfNewer("a", "1", 9)])).stale,
        [],
        "it replaces a plain entry",
      );
      await apply(context, driver, [set("a", "plain again")]);
      assertEqual((await readOne(context, driver, keyOf("a")))?.order, undefined, "a plain set has no order");
      assertEqual(
        (await apply(context, driver, [setIfNewer("a", "2", 1)])).stale,
        [],
        "and so any order is newer",
      );
      assertEqual(await currentValue(context), "2", "the value of the last one");
    },
  },
  {
    name: "setIfNewer: after a delete any order is newer",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [setIfNewer("a", "1", 9)]);
      await apply(context, driver, [remove("a")]);
      assertEqual(
        (await apply(context, driver, [setIfNewer("a", "2", 1)])).stale,
        [],
        "a deleted entry leaves no order behind",
      );
      assertEqual(await currentValue(context), "2", "the entry is there");
    },
  },
  {
    name: "setIfNewer: of racing writers the newest order stays",
    async run(context) {
      const drivers = await context.spread();
      const orders = Array.from({ length: context.writers * context.rounds }, (_, index) => index % 251);
      const shuffled = orders
        .map((order, index) => ({ order, rank: (index * 7_919) % 1_009 }))
        .toSorted((a, b) => a.rank - b.rank);
      await Promise.all(
        shuffled.map(({ order }, index) =>
          apply(context, drivers[index % drivers.length]!, [setIfNewer("a", String(order), order)]),
        ),
      );
      assertEqual(
        await currentValue(context),
        String(Math.max(...orders)),
        "the largest order won, whoever came last",
      );
    },
  },
];

/** `setIfNewer` beside other changes, on ordered stores. */
export const orderedSetIfNewerCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "setIfNewer: stale ones are named by the index of their mutation, and the other changes are applied",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [
        setIfNewer("a", "1", 5),
        setIfNewer("b", "1", 5),
        setIfNewer("c", "1", 5),
      ]);
      const result = await apply(context, driver, [
        set("x", "2"),
        setIfNewer("a", "2", 4),
        setIfNewer("b", "2", 6),
        remove("y"),
        setIfNewer("c", "2", 4),
        setIfNewer("d", "2", 0),
      ]);
      assertEqual(result.stale, [1, 4], "indexes among all mutations");
      const found = await read(context, driver, ["a", "b", "c", "d", "x"].map(keyOf));
      assertEqual(
        found.map((entry) => textOf(entry?.value)),
        ["1", "2", "1", "2", "2"],
        "stale ones are left out, the rest is applied",
      );
    },
  },
  {
    name: "setIfNewer: a failed check keeps it from being applied",
    async run(context) {
      const { driver } = context;
      const checks = [{ key: keyOf("guard"), version: createIdentifierBytes() }];
      const result = await commit(context, driver, [setIfNewer("a", "1", 1)], { checks });
      assertEqual(result, { ok: false, failed: [0] }, "the check decides");
      assertEqual(await currentValue(context), undefined, "nothing was written");
    },
  },
];
