import { assert, assertEqual, assertRejects, assertThrows } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import { frame, framesOf, type JournalCase } from "./case-context.js";

/** Opening, closing, listing and deleting journals. */
export const handleCases: readonly ConformanceCase<JournalCase>[] = [
  {
    name: "journals: each has an identity of its own, that it keeps",
    async run({ driver }) {
      const [a, b] = [await driver.open("a"), await driver.open("b")];
      assert(/^[0-9a-f]{32}$/.test(a.id) && /^[0-9a-f]{32}$/.test(b.id), "32 hexadecimal digits");
      assert(a.id !== b.id, "different ones");
      await a.close();
      const again = await driver.open("a");
      assertEqual(again.id, a.id, "the same after closing and opening");
      await Promise.all([again.close(), b.close()]);
    },
  },
  {
    name: "journals: one writer at a time, and the next one goes on where it stopped",
    async run({ driver }) {
      const first = await driver.open("j");
      first.append(frame("a"));
      await assertRejects(driver.open("j"), "CONFLICT", "a second writer is refused");
      assertEqual(first.append(frame("b")), 2, "the first is not disturbed");
      await first.close();
      const second = await driver.open("j");
      assertEqual([second.lastSequence, second.append(frame("c"))], [2, 3], "where the first stopped");
      assertEqual(await framesOf(second), ["1:a", "2:b", "3:c"], "closing has kept all frames");
      await second.close();
    },
  },
  {
    name: "journals: of racing openers one gets the journal",
    async run({ driver }) {
      const results = await Promise.allSettled(Array.from({ length: 5 }, () => driver.open("j")));
      const opened = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      assertEqual(opened.length, 1, "one writer");
      await opened[0]!.close();
    },
  },
  {
    name: "journals: they do not mix",
    async run({ driver }) {
      const [a, b] = [await driver.open("a"), await driver.open("a.b")];
      a.append(frame("of a"));
      b.append(frame("of b"));
      b.append(frame("more"));
      assertEqual(
        [await framesOf(a), await framesOf(b)],
        [["1:of a"], ["1:of b", "2:more"]],
        "each its own frames",
      );
      await Promise.all([a.close(), b.close()]);
    },
  },
  {
    name: "journals: list gives the names in order, delete removes a journal for good",
    async run({ driver }) {
      assertEqual(await driver.list(), [], "none at first");
      for (const name of ["b", "a-2", "A", "a_1", "x".repeat(100)]) {
        const journal = await driver.open(name);
        journal.append(frame(name));
        await journal.close();
      }
      assertEqual(await driver.list(), ["A", "a-2", "a_1", "b", "x".repeat(100)], "all names");
      const before = await driver.open("b");
      await assertRejects(driver.delete("b"), "CONFLICT", "an open journal is not deleted");
      await before.close();
      assertEqual(
        [await driver.delete("b"), await driver.delete("b"), await driver.delete("never")],
        [true, false, false],
        "whether there was one",
      );
      assertEqual((await driver.list()).includes("b"), false, "it is gone");
      const after = await driver.open("b");
      assert(after.id !== before.id, "another journal of that name is another journal");
      assertEqual([after.lastSequence, await framesOf(after)], [0, []], "and is empty");
      await after.close();
    },
  },
  {
    name: "journals: names that are not safe as file names are refused",
    async run({ driver }) {
      for (const name of [
        "",
        ".",
        "..",
        ".hidden",
        "a/b",
        "../a",
        "a\\b",
        "a b",
        "a:b",
        "ä",
        "x".repeat(101),
        "a\0",
      ]) {
        await assertRejects(driver.open(name), "INVALID_ARGUMENT", `the name ${JSON.stringify(name)}`);
      }
      assertEqual(await driver.list(), [], "nothing was created");
    },
  },
  {
    name: "journals: a closed journal refuses every call, and closing again is fine",
    async run({ driver }) {
      const journal = await driver.open("j");
      journal.append(frame("a"));
      await Promise.all([journal.close(), journal.close()]);
      await journal.close();
      await assertThrows(() => journal.append(frame("b")), "CLOSED", "append");
      await assertRejects(journal.sync(), "CLOSED", "sync");
      await assertRejects(journal.truncate(1), "CLOSED", "truncate");
      await assertRejects(framesOf(journal), "CLOSED", "read");
    },
  },
];

/** What is there after a restart. */
export const durableJournalCases: readonly ConformanceCase<JournalCase>[] = [
  {
    name: "reopening: frames, identity and what was given up are there after a restart",
    async run(context) {
      const journal = await context.driver.open("j");
      for (let index = 1; index <= 200; index++) journal.append(frame(`${index}-${"x".repeat(index * 10)}`));
      await journal.truncate(101);
      const before = await framesOf(journal);
      await journal.close();
      const again = await (await context.restart()).open("j");
      assertEqual([again.id, again.lastSequence], [journal.id, 200], "identity and last sequence");
      assertEqual(await framesOf(again), before, "frames 101 to 200");
      assertEqual(again.append(frame("next")), 201, "and on");
      await again.close();
    },
  },
  {
    name: "reopening: a journal of which all frames were given up goes on with its numbers",
    async run(context) {
      const journal = await context.driver.open("j");
      for (let index = 1; index <= 5; index++) journal.append(frame("x"));
      await journal.truncate(6);
      await journal.close();
      const again = await (await context.restart()).open("j");
      assertEqual(
        [again.lastSequence, await framesOf(again), again.append(frame("y"))],
        [5, [], 6],
        "no number is given twice",
      );
      await again.close();
    },
  },
];

/** A journal that ends in a torn frame. */
export const tornCases: readonly ConformanceCase<JournalCase>[] = [
  {
    name: "torn tails: a journal is read up to the last whole frame, and goes on from there",
    async run(context) {
      const journal = await context.driver.open("j");
      for (const text of ["one", "two", "three"]) journal.append(frame(text.repeat(20)));
      await journal.close();
      await context.tear("j");
      const again = await (await context.restart()).open("j");
      const whole = ["one", "two"].map((text, index) => `${index + 1}:${text.repeat(20)}`);
      assertEqual([again.lastSequence, await framesOf(again)], [2, whole], "the torn frame was never there");
      assertEqual(
        [again.append(frame("four")), await framesOf(again)],
        [3, [...whole, "3:four"]],
        "appending goes on",
      );
      await again.close();
    },
  },
];

/** A journal with a damaged frame before its end. */
export const damagedCases: readonly ConformanceCase<JournalCase>[] = [
  {
    name: "damage: a frame that is damaged before the end is CORRUPT, never skipped",
    async run(context) {
      const journal = await context.driver.open("j");
      for (const text of ["one", "two", "three"]) journal.append(frame(text.repeat(20)));
      await journal.close();
      await context.damage("j");
      const driver = await context.restart();
      const readAll = async (): Promise<void> => {
        const again = await driver.open("j");
        try {
          await framesOf(again);
        } finally {
          await again.close();
        }
      };
      await assertRejects(readAll(), "CORRUPT", "opening or reading says so");
    },
  },
];
