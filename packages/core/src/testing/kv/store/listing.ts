import type { Key } from "../../../kv/key.js";
import { assert, assertEqual, assertRejects, assertThrows } from "../../runner/assertions.js";
import type { ConformanceCase } from "../../runner/test-runner.js";
import { collect, keysOf, type StoreCase, setAll } from "./context.js";

function numbered(count: number): Key[] {
  return Array.from({ length: count }, (_, index) => ["n", index]);
}

/** `list`, on ordered stores. */
export const listingCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "listing: a prefix matches whole parts, and leaves out the key that equals it",
    async run({ kv }) {
      const inside: Key[] = [
        ["run", 1],
        ["run", 1, "metric"],
        ["run", 2],
        ["run", "x"],
      ];
      await setAll(kv, [...inside, ["run"], ["runs"], ["runs", 1], ["ru"], ["r", "un"], ["z"]]);
      assertEqual(
        await keysOf(kv, { prefix: ["run"] }),
        [
          ["run", "x"],
          ["run", 1],
          ["run", 1, "metric"],
          ["run", 2],
        ],
        "what continues it",
      );
      assertEqual(await keysOf(kv, { prefix: ["run", 1] }), [["run", 1, "metric"]], "a longer prefix");
      assertEqual((await keysOf(kv, { prefix: [] })).length, 10, "the empty prefix: everything");
      assertEqual(await keysOf(kv, { prefix: ["none"] }), [], "nothing");
    },
  },
  {
    name: "listing: start and end narrow a prefix or make a range of their own, the end left out",
    async run({ kv }) {
      await setAll(kv, [...numbered(10), ["m", 1], ["o", 1]]);
      const ids = async (selector: Parameters<typeof keysOf>[1]): Promise<unknown[]> =>
        (await keysOf(kv, selector)).map((key) => key.at(-1));
      assertEqual(await ids({ prefix: ["n"], start: ["n", 3], end: ["n", 6] }), [3, 4, 5], "inside a prefix");
      assertEqual(await ids({ prefix: ["n"], start: ["n", 8] }), [8, 9], "to its end");
      assertEqual(await ids({ prefix: ["n"], end: ["n", 2] }), [0, 1], "from its start");
      assertEqual(
        await ids({ prefix: ["n"], start: ["a"], end: ["z"] }),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        "never beyond the prefix",
      );
      assertEqual(await ids({ start: ["n", 8], end: ["o", 1] }), [8, 9], "a range");
      assertEqual(await ids({ start: ["n", 8], end: ["o", 2] }), [8, 9, 1], "a range over prefixes");
      assertEqual(await ids({ start: ["n", 5], end: ["n", 5] }), [], "an empty one");
    },
  },
  {
    name: "listing: limit, reverse and pages of any size give the same entries",
    async run({ kv }) {
      await setAll(kv, numbered(60));
      const all = await collect(kv, { prefix: ["n"] });
      assertEqual(
        all.map((entry) => entry.key),
        numbered(60),
        "all of them",
      );
      for (const pageSize of [1, 7, 59, 60, 61, 1_000]) {
        assertEqual(await collect(kv, { prefix: ["n"] }, { pageSize }), all, `pages of ${pageSize}`);
        assertEqual(
          await collect(kv, { prefix: ["n"] }, { pageSize, reverse: true }),
          all.toReversed(),
          "backwards",
        );
        for (const limit of [0, 1, 6, 8, 60, 100]) {
          assertEqual(
            await collect(kv, { prefix: ["n"] }, { pageSize, limit }),
            all.slice(0, limit),
            `at most ${limit}`,
          );
        }
      }
    },
  },
  {
    name: "listing: a cursor goes on behind the last entry given out, in both directions",
    async run({ kv }) {
      await setAll(kv, numbered(25));
      for (const reverse of [false, true]) {
        const expected = reverse ? numbered(25).toReversed() : numbered(25);
        for (const stop of [0, 1, 10, 25]) {
          const first = kv.list({ prefix: ["n"] }, { reverse, pageSize: 4 });
          const seen: Key[] = [];
          for (let index = 0; index < stop; index++) seen.push((await first.next()).value!.key);
          const { cursor } = first;
          if (stop === 0) assertEqual(cursor, "", "no cursor at the start");
          const rest = await keysOf(kv, { prefix: ["n"] }, { reverse, cursor, pageSize: 6 });
          assertEqual([...seen, ...rest], expected, `stopped behind ${stop}`);
        }
      }
    },
  },
  {
    name: "listing: a cursor survives a restart, and the deletion of the entry where it stands",
    async run(context) {
      const { kv } = context;
      await setAll(kv, numbered(10));
      const listing = kv.list({ prefix: ["n"] });
      for (let index = 0; index < 4; index++) await listing.next();
      const { cursor } = listing;
      await kv.atomic().delete(["n", 3]).delete(["n", 4]).commit();
      const again = await context.restart();
      assertEqual(
        await keysOf(again, { prefix: ["n"] }, { cursor }),
        numbered(10).slice(5),
        "goes on behind the fourth",
      );
    },
  },
  {
    name: "listing: a cursor of another listing, or none, is INVALID_CURSOR",
    async run({ kv }) {
      await setAll(kv, [...numbered(5), ["m", 1]]);
      const listing = kv.list({ prefix: ["n"] });
      await listing.next();
      const { cursor } = listing;
      const refused = (
        selector: Parameters<typeof keysOf>[1],
        options: Parameters<typeof keysOf>[2],
        statement: string,
      ): Promise<unknown> => assertThrows(() => collect(kv, selector, options), "INVALID_CURSOR", statement);
      await refused({ prefix: ["m"] }, { cursor }, "another prefix");
      await refused({ prefix: ["n"], end: ["n", 3] }, { cursor }, "another end");
      await refused({ prefix: ["n"] }, { cursor, reverse: true }, "another direction");
      for (const damaged of ["x", "1.2.3.4", "..", `9${cursor.slice(1)}`, cursor.slice(0, 12), 5 as never]) {
        await refused({ prefix: ["n"] }, { cursor: damaged }, `the cursor ${JSON.stringify(damaged)}`);
      }
    },
  },
  {
    name: "listing: a cursor that lost characters, or got others, is INVALID_CURSOR, and never goes on elsewhere",
    async run({ kv }) {
      await setAll(kv, [...numbered(5), ["n", "a long key whose first characters are keys as well"]]);
      const listing = kv.list({ prefix: ["n"] });
      await listing.next();
      const { cursor } = listing;
      for (let length = 1; length < cursor.length; length++) {
        const cut = cursor.slice(0, length);
        await assertThrows(
          () => collect(kv, { prefix: ["n"] }, { cursor: cut }),
          "INVALID_CURSOR",
          `the first ${length} characters of ${cursor.length}`,
        );
      }
      const other = cursor.at(-6) === "A" ? "B" : "A";
      const changed = `${cursor.slice(0, -6)}${other}${cursor.slice(-5)}`;
      await assertThrows(
        () => collect(kv, { prefix: ["n"] }, { cursor: changed }),
        "INVALID_CURSOR",
        "one character changed",
      );
    },
  },
  {
    name: "listing: beside writers no entry comes twice, and what was there all the time comes",
    async run({ kv, over }) {
      await setAll(
        kv,
        Array.from({ length: 100 }, (_, index) => ["n", index * 10]),
      );
      const writer = over();
      const seen: number[] = [];
      for await (const { key } of kv.list({ prefix: ["n"] }, { pageSize: 10 })) {
        const at = key[1] as number;
        seen.push(at);
        assert(seen.length <= 1_000, "a listing comes to its end");
        if (at % 10 !== 0) continue;
        await writer
          .atomic()
          .set(["n", at - 5], "behind")
          .set(["n", at + 205], "ahead")
          .delete(["n", at - 10])
          .commit();
      }
      assertEqual(
        seen.toSorted((a, b) => a - b),
        seen,
        "in order",
      );
      assertEqual(new Set(seen).size, seen.length, "none twice");
      const stable = Array.from({ length: 100 }, (_, index) => index * 10);
      assertEqual(
        stable.filter((at) => !seen.includes(at)),
        [],
        "all that were there from the start to the end",
      );
      for (let at = 0; at < 700; at += 10)
        assert(seen.includes(at + 205), "what was written two pages ahead is seen");
      assert(!seen.some((at) => at % 10 === 5 && at < 200), "what was written behind the position is not");
    },
  },
  {
    name: "listing: calls of next that overlap give each entry once",
    async run({ kv }) {
      await setAll(kv, numbered(20));
      const listing = kv.list({ prefix: ["n"] }, { pageSize: 3 });
      const results = await Promise.all(Array.from({ length: 22 }, () => listing.next()));
      assertEqual(
        results.flatMap((result) => (result.done ? [] : [result.value.key])),
        numbered(20),
        "in order",
      );
    },
  },
  {
    name: "listing: arguments are checked at the call",
    async run({ kv }) {
      for (const pageSize of [0, -1, 1.5, 1_001, Number.NaN]) {
        await assertThrows(
          () => kv.list({ prefix: ["n"] }, { pageSize }),
          "INVALID_ARGUMENT",
          "a page has 1 to 1,000 entries",
        );
      }
      for (const limit of [-1, 0.5, Number.NaN]) {
        await assertThrows(
          () => kv.list({ prefix: ["n"] }, { limit }),
          "INVALID_ARGUMENT",
          "a limit is a whole number",
        );
      }
      await assertThrows(() => kv.list({ prefix: [Number.NaN] }), "INVALID_ARGUMENT", "a key has no NaN");
      await assertThrows(
        () => kv.list({ start: [], end: ["a"] }),
        "INVALID_ARGUMENT",
        "a bound has at least one part",
      );
      await assertRejects(kv.getMany("n" as never), "INVALID_ARGUMENT", "getMany takes an array");
    },
  },
];
