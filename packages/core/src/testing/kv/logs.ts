import { concatBytes } from "../../identity/bytes.js";
import { createIdentifierBytes } from "../../identity/identifier.js";
import type { KvDriver, StoredEntry } from "../../kv/driver.js";
import { decodeKey, encodeSequence, prefixRange } from "../../kv/key.js";
import { counterKey } from "../../kv/reserved.js";
import { assert, assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import {
  append,
  apply,
  bytesOf,
  commit,
  hour,
  type KvCase,
  keyOf,
  range,
  readOne,
  set,
  textOf,
} from "./case-context.js";

/** The key of an entry of a log. */
function entryKey(log: string, sequence: number): Uint8Array {
  return concatBytes([keyOf(log), encodeSequence(sequence)]);
}

/** The entries of a log behind a sequence. */
function tail(context: KvCase, driver: KvDriver, log: string, after = 0): Promise<readonly StoredEntry[]> {
  const { end } = prefixRange(keyOf(log));
  return range(context, driver, { start: concatBytes([entryKey(log, after), Uint8Array.of(0)]), end });
}

function sequenceOf(log: string, entry: StoredEntry): number {
  return decodeKey(entry.key.subarray(keyOf(log).length))?.[0] as number;
}

/** `append`, on ordered stores. */
export const logCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "logs: sequences count from 1, commit by commit",
    async run(context) {
      const { driver } = context;
      for (let expected = 1; expected <= 5; expected++) {
        const id = createIdentifierBytes();
        const result = await apply(context, driver, [append("log", `value ${expected}`)], { id });
        assertEqual(result, { ok: true, sequences: [expected], stale: [] }, "each one more than the last");
        assertEqual(
          await readOne(context, driver, entryKey("log", expected)),
          { key: entryKey("log", expected), value: bytesOf(`value ${expected}`), version: id },
          "an ordinary entry at the log and its sequence",
        );
      }
      assertEqual(
        (await tail(context, driver, "log")).map((entry) => sequenceOf("log", entry)),
        [1, 2, 3, 4, 5],
        "in order",
      );
    },
  },
  {
    name: "logs: several appends of one commit get sequences in their order, each log its own",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [append("x", "x1")]);
      const { sequences } = await apply(context, driver, [
        append("x", "x2"),
        set("between", "1"),
        append("y", "y1"),
        append("x", "x3"),
        append("y", "y2"),
      ]);
      assertEqual(sequences, [2, 1, 3, 2], "one for each append, in the order of the appends");
      for (const [log, values] of [
        ["x", ["x1", "x2", "x3"]],
        ["y", ["y1", "y2"]],
      ] as const) {
        assertEqual(
          (await tail(context, driver, log)).map((entry) => textOf(entry.value)),
          values,
          `the log ${log}`,
        );
      }
    },
  },
  {
    name: "logs: a thousand appends of one commit are numbered in a row",
    async run(context) {
      const { driver } = context;
      const { sequences } = await apply(
        context,
        driver,
        Array.from({ length: 1_000 }, (_, index) => append("log", String(index))),
      );
      assertEqual(
        sequences,
        Array.from({ length: 1_000 }, (_, index) => index + 1),
        "1 to 1,000",
      );
      assertEqual((await apply(context, driver, [append("log", "next")])).sequences, [1_001], "and on");
    },
  },
  {
    name: "logs: logs whose names begin alike do not share sequences",
    async run(context) {
      const { driver } = context;
      const inner = concatBytes([keyOf("log"), keyOf("inner")]);
      await apply(context, driver, [
        append("log", "1"),
        append("log2", "1"),
        { kind: "append", log: inner, value: bytesOf("1") },
      ]);
      const { sequences } = await apply(context, driver, [
        { kind: "append", log: inner, value: bytesOf("2") },
        append("log2", "2"),
        append("log", "2"),
      ]);
      assertEqual(sequences, [2, 2, 2], "each has its own counter");
    },
  },
  {
    name: "logs: the counter is an entry that ranges read and that outlives the entries of the log",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [append("log", "1"), append("log", "2")]);
      const counter = counterKey(keyOf("log"));
      assertEqual(
        (await readOne(context, driver, counter))?.value,
        encodeSequence(2),
        "it holds the last sequence",
      );
      assertEqual(
        (await range(context, driver, { start: Uint8Array.of(0xfe) })).map((entry) => entry.key),
        [counter],
        "ranges give it",
      );
      await apply(
        context,
        driver,
        [1, 2].map((sequence) => ({ kind: "delete", key: entryKey("log", sequence) })),
      );
      assertEqual(await tail(context, driver, "log"), [], "the log is empty");
      assertEqual(
        (await apply(context, driver, [append("log", "3")])).sequences,
        [3],
        "a sequence is never given again",
      );
    },
  },
  {
    name: "logs: a refused commit uses up no sequence",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [append("log", "1")]);
      const checks = [{ key: keyOf("guard"), version: createIdentifierBytes() }];
      await commit(context, driver, [append("log", "refused")], { checks });
      assertEqual((await apply(context, driver, [append("log", "2")])).sequences, [2], "no gap");
    },
  },
  {
    name: "logs: an entry keeps the deadline that it was appended with",
    async run(context) {
      const { driver, now } = context;
      await apply(context, driver, [append("log", "1", now + hour)]);
      assertEqual(
        (await readOne(context, driver, entryKey("log", 1)))?.expiresAt,
        now + hour,
        "the deadline comes back",
      );
      assertEqual(
        (await readOne(context, driver, counterKey(keyOf("log"))))?.expiresAt,
        undefined,
        "the counter has none",
      );
    },
  },
  {
    name: "logs: racing writers get each sequence once, without gaps",
    async run(context) {
      const drivers = await context.spread();
      const total = context.writers * context.rounds;
      const results = await Promise.all(
        Array.from({ length: total }, (_, index) =>
          apply(context, drivers[index % drivers.length]!, [append("log", String(index))]),
        ),
      );
      const given = results.map((result) => result.sequences[0]!).toSorted((a, b) => a - b);
      assertEqual(
        given,
        Array.from({ length: total }, (_, index) => index + 1),
        "1 to the number of appends",
      );
      for (const [index, { sequences }] of results.entries()) {
        const entry = await readOne(context, context.driver, entryKey("log", sequences[0]!));
        assertEqual(
          textOf(entry?.value),
          String(index),
          "the entry at a sequence is of whom it was given to",
        );
      }
    },
  },
  {
    name: "logs: writers of the same logs in different orders do not block each other",
    async run(context) {
      const drivers = await context.spread();
      await Promise.all(
        Array.from({ length: context.writers * context.rounds }, (_, index) => {
          const logs = index % 2 === 0 ? ["x", "y", "z"] : ["z", "y", "x"];
          return apply(context, drivers[index % drivers.length]!, [
            ...logs.map((log) => append(log, "1")),
            set(`k${index % 3}`, "1"),
          ]);
        }),
      );
      const total = context.writers * context.rounds;
      for (const log of ["x", "y", "z"])
        assertEqual((await tail(context, context.driver, log)).length, total, "all entries are there");
    },
  },
  {
    name: "logs: who has read a sequence never later sees a smaller one appear",
    async run(context) {
      const drivers = await context.spread();
      const total = context.writers * context.rounds;
      const seen: number[] = [];
      let writing = true;
      const follow = async (): Promise<void> => {
        const reader = drivers.at(-1)!;
        for (;;) {
          const last = !writing;
          for (const entry of await tail(context, reader, "log", seen.at(-1) ?? 0))
            seen.push(sequenceOf("log", entry));
          if (last) return;
          await new Promise((resolve) => setTimeout(resolve));
        }
      };
      const write = async (writer: number): Promise<void> => {
        const driver = drivers[writer % drivers.length]!;
        for (let round = 0; round < context.rounds; round++) {
          // Values of different sizes take different times to write.
          await apply(context, driver, [
            append("log", "v".repeat(1 + ((writer * 31 + round * 17) % 40) * 500)),
            set(`w${writer}`, "1"),
          ]);
        }
      };
      const following = follow();
      following.catch(() => {});
      await Promise.all(Array.from({ length: context.writers }, (_, writer) => write(writer))).finally(() => {
        writing = false;
      });
      await following;
      assertEqual(
        seen,
        Array.from({ length: total }, (_, index) => index + 1),
        "a reader that tails the log misses nothing",
      );
    },
  },
];

/** `import`, on ordered stores: what copies and restores are made of. */
export const importCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "import: an entry is written exactly as it is",
    async run(context) {
      const { driver, now } = context;
      const entries: StoredEntry[] = [
        { key: keyOf("a"), value: bytesOf("1"), version: createIdentifierBytes() },
        { key: keyOf("b"), value: bytesOf("2"), version: createIdentifierBytes(), expiresAt: now + hour },
        {
          key: keyOf("c"),
          value: new Uint8Array(),
          version: createIdentifierBytes(),
          order: Uint8Array.of(3, 9),
        },
        {
          key: keyOf("d"),
          value: bytesOf("4"),
          version: createIdentifierBytes(),
          expiresAt: now + 1,
          order: Uint8Array.of(0),
        },
      ];
      await apply(context, driver, [set("a", "before"), setIfNewer9("c")]);
      await apply(
        context,
        driver,
        entries.map((entry) => ({ kind: "import", entry })),
      );
      assertEqual(
        await range(context, driver),
        entries,
        "versions, deadlines and orders are those of the entries",
      );
      assertEqual((await range(context, driver, { now: now + 1 })).length, 3, "an imported deadline holds");
      const checks = entries.slice(0, 3).map(({ key, version }) => ({ key, version }));
      await apply(context, driver, [], { checks });
      const older = {
        kind: "setIfNewer",
        key: keyOf("c"),
        value: bytesOf("old"),
        order: Uint8Array.of(3, 8),
      } as const;
      assertEqual((await apply(context, driver, [older])).stale, [0], "an imported order is compared");
    },
  },
  {
    name: "import: a log that is copied entry by entry goes on where it stood",
    async run(context) {
      const { driver } = context;
      const version = createIdentifierBytes();
      const copied: StoredEntry[] = [
        { key: entryKey("log", 6), value: bytesOf("6"), version },
        { key: entryKey("log", 7), value: bytesOf("7"), version },
        { key: counterKey(keyOf("log")), value: encodeSequence(7), version },
      ];
      await apply(
        context,
        driver,
        copied.map((entry) => ({ kind: "import", entry })),
      );
      assertEqual(await range(context, driver), copied, "counter and entries come back");
      assertEqual((await apply(context, driver, [append("log", "8")])).sequences, [8], "the next sequence");
      assert(
        (await tail(context, driver, "log", 6)).length === 2,
        "the log holds the copied and the new entries",
      );
    },
  },
];

function setIfNewer9(key: string) {
  return {
    kind: "setIfNewer",
    key: keyOf(key),
    value: bytesOf("before"),
    order: Uint8Array.of(3, 99),
  } as const;
}
