import { createIdentifierBytes } from "../../identity/identifier.js";
import { assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import {
  apply,
  commit,
  hour,
  type KvCase,
  keyOf,
  range,
  read,
  readOne,
  remove,
  set,
  textOf,
} from "./case-context.js";

/** Check-and-commit on one key, on every kind of store. */
export const singleCheckCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "checks: a commit is applied if the key has the version, and not if it has another",
    async run(context) {
      const { driver } = context;
      const first = createIdentifierBytes();
      await apply(context, driver, [set("a", "1")], { id: first });
      const key = keyOf("a");
      const second = createIdentifierBytes();
      assertEqual(
        await commit(context, driver, [set("a", "2")], { id: second, checks: [{ key, version: first }] }),
        { ok: true, sequences: [], stale: [] },
        "the version is that of the entry",
      );
      assertEqual(
        await commit(context, driver, [set("a", "3")], { checks: [{ key, version: first }] }),
        { ok: false, failed: [0] },
        "the version is an earlier one",
      );
      const entry = await readOne(context, driver, key);
      assertEqual([textOf(entry?.value), entry?.version], ["2", second], "a refused commit changes nothing");
    },
  },
  {
    name: "checks: null demands that the key does not exist",
    async run(context) {
      const { driver } = context;
      const checks = [{ key: keyOf("a"), version: null }];
      await apply(context, driver, [set("a", "1")], { checks });
      assertEqual(
        await commit(context, driver, [set("a", "2")], { checks }),
        { ok: false, failed: [0] },
        "the key exists now",
      );
      assertEqual(
        await commit(context, driver, [remove("a")], { checks }),
        { ok: false, failed: [0] },
        "also for a delete",
      );
      assertEqual(
        textOf((await readOne(context, driver, keyOf("a")))?.value),
        "1",
        "a refused commit changes nothing",
      );
      await apply(context, driver, [remove("a")]);
      await apply(context, driver, [set("a", "3")], { checks });
    },
  },
  {
    name: "checks: a version of a key that does not exist fails",
    async run(context) {
      const checks = [{ key: keyOf("a"), version: createIdentifierBytes() }];
      assertEqual(
        await commit(context, context.driver, [set("a", "1")], { checks }),
        { ok: false, failed: [0] },
        "an absent key has no version",
      );
      assertEqual(
        await readOne(context, context.driver, keyOf("a")),
        undefined,
        "a refused commit creates nothing",
      );
    },
  },
  {
    name: "checks: a commit of checks alone says whether they hold",
    async run(context) {
      const { driver } = context;
      const checks = [{ key: keyOf("a"), version: null }];
      assertEqual(
        await commit(context, driver, [], { checks }),
        { ok: true, sequences: [], stale: [] },
        "the key is absent",
      );
      await apply(context, driver, [set("a", "1")]);
      assertEqual(
        await commit(context, driver, [], { checks }),
        { ok: false, failed: [0] },
        "the key is there",
      );
    },
  },
  {
    name: "checks: an expired entry does not exist for a check",
    async run(context) {
      const { driver, now } = context;
      const id = createIdentifierBytes();
      await apply(context, driver, [set("a", "1", now + hour)], { id });
      const late = now + hour;
      const has = [{ key: keyOf("a"), version: id }];
      const lacks = [{ key: keyOf("a"), version: null }];
      assertEqual(
        await commit(context, driver, [], { checks: has, now: late - 1 }),
        { ok: true, sequences: [], stale: [] },
        "before the deadline the entry is there",
      );
      assertEqual(
        await commit(context, driver, [], { checks: has, now: late }),
        { ok: false, failed: [0] },
        "at its deadline the entry is gone",
      );
      assertEqual(
        await commit(context, driver, [set("a", "2")], { checks: lacks, now: late }),
        { ok: true, sequences: [], stale: [] },
        "null holds for an expired entry",
      );
      assertEqual(
        textOf((await readOne(context, driver, keyOf("a"), late))?.value),
        "2",
        "the new entry has no deadline",
      );
    },
  },
];

/** Checks and changes of several keys, on ordered stores. */
export const commitCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "commits: all changes of a commit are applied, with one version",
    async run(context) {
      const { driver } = context;
      await apply(context, driver, [set("a", "1"), set("b", "1"), set("c", "1")]);
      const id = createIdentifierBytes();
      await apply(context, driver, [set("a", "2"), remove("b"), set("d", "2")], { id });
      const found = await read(context, driver, ["a", "b", "c", "d"].map(keyOf));
      assertEqual(
        found.map((entry) => textOf(entry?.value)),
        ["2", undefined, "1", "2"],
        "each key has what the commit says",
      );
      assertEqual([found[0]?.version, found[3]?.version], [id, id], "the version is the id of the commit");
    },
  },
  {
    name: "commits: every failed check is named by its index, and nothing is applied",
    async run(context) {
      const { driver } = context;
      const id = createIdentifierBytes();
      await apply(context, driver, [set("a", "1"), set("b", "1")], { id });
      const other = createIdentifierBytes();
      const checks = [
        { key: keyOf("a"), version: other },
        { key: keyOf("b"), version: id },
        { key: keyOf("c"), version: id },
        { key: keyOf("d"), version: null },
        { key: keyOf("a"), version: null },
      ];
      const before = await range(context, driver);
      const mutations = [
        set("b", "2"),
        remove("a"),
        set("e", "2"),
        { kind: "append", log: keyOf("log"), value: Uint8Array.of(1) } as const,
      ];
      assertEqual(
        await commit(context, driver, mutations, { checks }),
        { ok: false, failed: [0, 2, 4] },
        "all that failed, and only those",
      );
      assertEqual(
        await range(context, driver),
        before,
        "a refused commit changes nothing, counters of logs included",
      );
    },
  },
  {
    name: "commits: one key may be checked and changed, others only checked",
    async run(context) {
      const { driver } = context;
      const id = createIdentifierBytes();
      await apply(context, driver, [set("a", "1"), set("b", "1")], { id });
      const checks = [
        { key: keyOf("a"), version: id },
        { key: keyOf("b"), version: id },
      ];
      await apply(context, driver, [set("a", "2")], { checks });
      assertEqual(
        await commit(context, driver, [set("b", "2")], { checks }),
        { ok: false, failed: [0] },
        "only the changed key fails",
      );
      assertEqual((await readOne(context, driver, keyOf("b")))?.version, id, "a check writes nothing");
    },
  },
  {
    name: "commits: a commit at every limit is applied whole",
    async run(context) {
      const { driver } = context;
      const name = (index: number): string => `${String(index).padStart(4, "0")}${"x".repeat(100)}`;
      const value = "v".repeat(600);
      const mutations = Array.from({ length: 1_000 }, (_, index) => set(name(index), value));
      const id = createIdentifierBytes();
      const checks = Array.from({ length: 1_000 }, (_, index) => ({
        key: keyOf(name(index)),
        version: null,
      }));
      await apply(context, driver, mutations, { id, checks });
      const entries = await range(context, driver);
      assertEqual(entries.length, 1_000, "all entries are there");
      assertEqual(
        await read(
          context,
          driver,
          checks.map(({ key }) => key),
        ),
        entries,
        "a thousand keys are read at once",
      );
      const held = checks.map(({ key }) => ({ key, version: id }));
      await apply(
        context,
        driver,
        Array.from({ length: 1_000 }, (_, index) => remove(name(index))),
        { checks: held },
      );
      assertEqual(await range(context, driver), [], "all entries are gone");
    },
  },
  {
    name: "commits: twelve values of the largest size fit into one commit",
    async run(context) {
      const { driver } = context;
      const mutations = Array.from({ length: 12 }, (_, index) => ({
        kind: "set" as const,
        key: keyOf(`large-${String(index).padStart(2, "0")}`),
        value: new Uint8Array(65_536).fill(index + 1),
      }));
      await apply(context, driver, mutations);
      const entries = await range(context, driver);
      assertEqual(
        entries.map((entry) => [entry.value.length, entry.value[0], entry.value.at(-1)]),
        mutations.map((_, index) => [65_536, index + 1, index + 1]),
        "all values are there, whole",
      );
    },
  },
];
