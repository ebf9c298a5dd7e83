import { coreError } from "../../../errors/create.js";
import type { KvDriver } from "../../../kv/driver.js";
import { assert, assertEqual, assertRejects } from "../../runner/assertions.js";
import type { ConformanceCase } from "../../runner/test-runner.js";
import { collect, type StoreCase } from "./context.js";

type Loss = "before" | "after" | "nothing sent";

/** Loses the replies of the next commits: of requests that were applied, that were not, or that were never sent. */
function losingKv(driver: KvDriver): { driver: KvDriver; losses: Loss[]; ids: Set<string> } {
  const losses: Loss[] = [];
  const ids = new Set<string>();
  return {
    losses,
    ids,
    driver: {
      name: driver.name,
      capabilities: driver.capabilities,
      read: (request, options) => driver.read(request, options),
      async commit(commit, options) {
        ids.add(commit.id.join());
        const loss = losses.shift();
        if (loss === "nothing sent")
          throw coreError("UNAVAILABLE", "the store could not be reached", { retryable: true });
        if (loss === "before") throw coreError("OUTCOME_UNKNOWN", "the reply was lost");
        const result = await driver.commit(commit, options);
        if (loss === "after") throw coreError("OUTCOME_UNKNOWN", "the reply was lost");
        return result;
      },
      close: async () => {},
    },
  };
}

/** What becomes of a commit when its reply is lost, on every kind of store. */
export const lostReplyCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "lost replies: a commit that was applied is known by the key that it set",
    async run({ over, driver }) {
      const losing = losingKv(driver);
      const kv = over(losing.driver);
      losing.losses.push("after");
      const result = await kv.atomic().set(["a"], 1).commit();
      assert(result.ok, "the entry carries the id of the commit");
      assertEqual((await kv.get(["a"]))?.version, result.version, "its version");
      losing.losses.push("after");
      const newer = await kv.atomic().setIfNewer(["a"], 2, [1]).commit();
      assertEqual(newer.ok && newer.stale, [], "the same for setIfNewer");
    },
  },
  {
    name: "lost replies: a commit of which nothing is found ends in OUTCOME_UNKNOWN, and can be made again",
    async run({ over, driver }) {
      const losing = losingKv(driver);
      const kv = over(losing.driver);
      losing.losses.push("before");
      await assertRejects(
        kv.atomic().set(["a"], 1).commit(),
        "OUTCOME_UNKNOWN",
        "it was not applied, but who knows",
      );
      assertEqual(await kv.get(["a"]), undefined, "nothing is there");
      await kv.atomic().set(["a"], 1).commit();
      losing.losses.push("after");
      await assertRejects(
        kv.atomic().delete(["a"]).commit(),
        "OUTCOME_UNKNOWN",
        "a delete leaves nothing to read",
      );
      assertEqual(await kv.get(["a"]), undefined, "though it was applied");
    },
  },
  {
    name: "lost replies: a commit that was never sent is tried again, as the same commit",
    async run({ over, driver }) {
      const losing = losingKv(driver);
      const kv = over(losing.driver, { retry: { pause: 10 } });
      losing.losses.push("nothing sent", "nothing sent");
      assert((await kv.atomic().set(["a"], 1).commit()).ok, "the third try");
      assertEqual(losing.ids.size, 1, "one id");
      losing.losses.push("nothing sent", "nothing sent", "nothing sent", "nothing sent");
      await assertRejects(kv.atomic().set(["a"], 2).commit(), "UNAVAILABLE", "after four tries");
      assertEqual((await kv.get(["a"]))?.value, 1, "nothing was applied");
    },
  },
];

/** The same with logs and tokens, on ordered stores. */
export const orderedLostReplyCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "lost replies: sequences are found in the logs",
    async run({ over, driver }) {
      const losing = losingKv(driver);
      const kv = over(losing.driver);
      await kv.atomic().append(["x"], "x1").commit();
      losing.losses.push("after");
      const result = await kv.atomic().append(["x"], "x2").append(["y"], "y1").append(["x"], "x3").commit();
      assertEqual(result.ok && result.sequences, [2, 1, 3], "as the lost reply had them");
      assertEqual(
        (await collect(kv, { prefix: ["x"] })).map((entry) => entry.value),
        ["x1", "x2", "x3"],
        "applied once",
      );
    },
  },
  {
    name: "lost replies: an idempotency token settles every case",
    async run({ over, driver }) {
      const losing = losingKv(driver);
      const kv = over(losing.driver);
      await kv.atomic().set(["a"], 1).commit();
      losing.losses.push("after");
      const remove = () =>
        kv.atomic().delete(["a"]).append(["log"], "deleted").commit({ idempotencyToken: "t" });
      const first = await remove();
      assertEqual(first.ok && first.sequences, [1], "known to be applied");
      assertEqual(await remove(), first, "and not applied again");
      losing.losses.push("before");
      const other = () => kv.atomic().append(["log"], "other").commit({ idempotencyToken: "u" });
      const outcome = await other().catch(() => other());
      assertEqual(
        outcome.ok && outcome.sequences,
        [2],
        "what was not applied is applied when it is made again",
      );
    },
  },
];
