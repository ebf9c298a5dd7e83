import type { KvEntry, KvStore } from "../../../kv/kv-store.js";
import { transact } from "../../../kv/transact.js";
import { assert, assertEqual, assertRejects, assertThrows } from "../../runner/assertions.js";
import type { ConformanceCase } from "../../runner/test-runner.js";
import { collect, type StoreCase } from "./context.js";

/** Commits of one key, on every kind of store. */
export const storeCommitCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "commits: a lost race is a value that names the keys",
    async run({ kv }) {
      const first = await kv.atomic().check(["a"], null).set(["a"], 1).commit();
      assert(first.ok, "the key was absent");
      assertEqual(
        (await kv.get(["a"]))?.version,
        first.version,
        "the version of the commit is that of the entry",
      );
      assertEqual(
        await kv.atomic().check(["a"], null).set(["a"], 2).commit(),
        { ok: false, failed: [["a"]] },
        "it exists now",
      );
      const second = await kv.atomic().check(["a"], first.version).set(["a"], 2).commit();
      assert(second.ok && second.version !== first.version, "each commit has a version of its own");
    },
  },
  {
    name: "commits: an entry ends by the injected clock",
    async run({ kv, clock }) {
      await kv.atomic().set(["a"], 1, { expireIn: "90m" }).commit();
      const expiresAt = (await kv.get(["a"]))?.expiresAt;
      assert(
        expiresAt !== undefined && Math.abs(expiresAt - clock.now() - 5_400_000_000) < 600_000_000,
        "90 minutes from now",
      );
      await kv
        .atomic()
        .set(["b"], 1, { expiresAt: new Date(clock.now() / 1000 + 7_200_000) })
        .commit();
      clock.advance(6_000_000_000);
      assertEqual(await kv.get(["a"]), undefined, "100 minutes later it is over");
      assertEqual((await kv.get(["b"]))?.value, 1, "the other has two hours");
      assert((await kv.atomic().check(["a"], null).set(["a"], 2).commit()).ok, "a check sees it as absent");
    },
  },
  {
    name: "commits: setIfNewer keeps the newest and names the stale",
    async run({ kv }) {
      await kv.atomic().setIfNewer(["a"], "new", [10]).commit();
      const stale = await kv.atomic().setIfNewer(["a"], "old", [9]).commit();
      assertEqual(stale.ok && stale.stale, [["a"]], "an older one is stale");
      const equal = await kv.atomic().setIfNewer(["a"], "again", [10]).commit();
      assertEqual(equal.ok && equal.stale, [], "an equal one is written");
      await kv.atomic().setIfNewer(["a"], "newest", [10, "b"]).commit();
      assertEqual((await kv.get(["a"]))?.value, "newest", "orders compare like keys");
    },
  },
  {
    name: "commits: an atomic commits once",
    async run({ kv }) {
      const atomic = kv.atomic().set(["a"], 1);
      await atomic.commit();
      await assertRejects(atomic.commit(), "INVALID_ARGUMENT", "begin another");
      await assertThrows(
        () => kv.atomic().check(["a"], "no version"),
        "INVALID_ARGUMENT",
        "a version is 32 hexadecimal digits",
      );
    },
  },
  {
    name: "commits: transact loses no update",
    async run(context) {
      const stores = await context.spread();
      const increment = (kv: KvStore): Promise<unknown> =>
        transact(
          kv,
          async (atomic) => {
            const entry: KvEntry | undefined = await kv.get(["counter"]);
            atomic.check(["counter"], entry?.version ?? null).set(["counter"], Number(entry?.value ?? 0) + 1);
          },
          { maxAttempts: 1_000 },
        );
      const total = context.writers * 4;
      await Promise.all(
        Array.from({ length: total }, (_, index) => increment(stores[index % stores.length]!)),
      );
      assertEqual((await context.kv.get(["counter"]))?.value, total, "every increment counts");
    },
  },
];

/** Commits of several keys and logs, on ordered stores. */
export const orderedStoreCommitCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "commits: one commit checks, sets, deletes, appends and sets if newer",
    async run({ kv }) {
      await kv.atomic().set(["a"], 1).set(["b"], 1).setIfNewer(["c"], 1, [5]).commit();
      const entry = await kv.get(["a"]);
      const result = await kv
        .atomic()
        .check(["a"], entry!.version)
        .check(["d"], null)
        .set(["a"], 2)
        .delete(["b"])
        .append(["log"], "first")
        .setIfNewer(["c"], 2, [4])
        .append(["log"], "second")
        .append(["other", 1], "first")
        .commit();
      assert(result.ok, "the checks hold");
      assertEqual(
        [result.sequences, result.stale],
        [[1, 2, 1], [["c"]]],
        "sequences in the order of the appends; stale keys",
      );
      assertEqual(
        (await kv.getMany([["a"], ["b"], ["c"], ["log", 2]])).map((found) => found?.value),
        [2, undefined, 1, "second"],
        "what it did",
      );
    },
  },
  {
    name: "commits: all keys whose checks failed are named",
    async run({ kv }) {
      await kv.atomic().set(["a"], 1).set(["b"], 1).commit();
      const version = "0".repeat(32);
      const result = await kv
        .atomic()
        .check(["a"], version)
        .check(["b"], null)
        .check(["c"], null)
        .check(["d", 1], version)
        .set(["e"], 1)
        .commit();
      assertEqual(result, { ok: false, failed: [["a"], ["b"], ["d", 1]] }, "in the order of the checks");
      assertEqual(await kv.get(["e"]), undefined, "nothing is applied");
    },
  },
  {
    name: "commits: a key is changed at most once, logs may be appended to again",
    async run({ kv }) {
      await assertThrows(
        () => kv.atomic().set(["a"], 1).delete(["a"]),
        "INVALID_ARGUMENT",
        "two changes of one key",
      );
      await assertThrows(
        () => kv.atomic().setIfNewer(["a"], 1, [1]).set(["a"], 1),
        "INVALID_ARGUMENT",
        "of any kind",
      );
      assert((await kv.atomic().append(["log"], 1).append(["log"], 2).commit()).ok, "a log is no key");
    },
  },
  {
    name: "commits: an idempotency token makes a second commit of its name do nothing, for a day",
    async run({ kv, clock }) {
      const commit = (token = "order-17") =>
        kv.atomic().append(["log"], "x").set(["a"], 1).commit({ idempotencyToken: token });
      const first = await commit();
      assertEqual(await commit(), first, "the outcome of the first");
      assertEqual((await collect(kv, { prefix: ["log"] })).length, 1, "applied once");
      const other = await commit("order-18");
      assertEqual(other.ok && other.sequences, [2], "another name is another commit");
      clock.advance(86_400_000_000);
      const later = await commit();
      assertEqual(later.ok && later.sequences, [3], "after a day the name is free");
    },
  },
  {
    name: "commits: an idempotency token does not hide a failed check",
    async run({ kv }) {
      await kv.atomic().set(["a"], 1).commit();
      const commit = () => kv.atomic().check(["a"], null).set(["a"], 2).commit({ idempotencyToken: "t" });
      assertEqual(
        [await commit(), await commit()],
        [
          { ok: false, failed: [["a"]] },
          { ok: false, failed: [["a"]] },
        ],
        "still a lost race",
      );
    },
  },
  {
    name: "commits: a log is tailed from the last sequence seen",
    async run({ kv }) {
      for (const value of ["a", "b", "c"]) await kv.atomic().append(["log"], value).commit();
      const tail = async (after: number): Promise<unknown[]> =>
        (await collect(kv, { prefix: ["log"], start: ["log", after + 1] })).map((entry) => [
          entry.key.at(-1),
          entry.value,
        ]);
      assertEqual(
        await tail(0),
        [
          [1, "a"],
          [2, "b"],
          [3, "c"],
        ],
        "from the start",
      );
      await kv.atomic().delete(["log", 1]).append(["log"], "d").commit();
      assertEqual(
        await tail(2),
        [
          [3, "c"],
          [4, "d"],
        ],
        "behind the second",
      );
      assertEqual((await collect(kv, { prefix: ["log"] })).length, 3, "counters are not listed");
    },
  },
];
