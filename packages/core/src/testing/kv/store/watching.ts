import type { KvEntry, KvStore } from "../../../kv/kv-store.js";
import { assert, assertEqual, assertRejectsWith, assertSettles } from "../../runner/assertions.js";
import type { ConformanceCase } from "../../runner/test-runner.js";
import type { StoreCase } from "./context.js";

type States = AsyncIterator<(KvEntry | undefined)[]>;

function watch(kv: KvStore, keys: readonly string[], signal?: AbortSignal): States {
  return kv
    .watch(
      keys.map((key) => [key]),
      { signal, pollInterval: "50ms" },
    )
    [Symbol.asyncIterator]();
}

async function nextValues(states: States): Promise<unknown[]> {
  const { value } = await assertSettles(states.next(), "a change is seen");
  return ((value ?? []) as (KvEntry | undefined)[]).map((entry) => entry?.value);
}

/** `watch`, on every kind of store. */
export const watchCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "watching: it gives the entries now, and again after each change",
    async run({ kv }) {
      await kv.atomic().set(["a"], 1).commit();
      const states = watch(kv, ["a", "b"]);
      assertEqual(await nextValues(states), [1, undefined], "now");
      await kv.atomic().set(["b"], 2).commit();
      assertEqual(await nextValues(states), [1, 2], "after a set");
      await kv.atomic().delete(["a"]).commit();
      assertEqual(await nextValues(states), [undefined, 2], "after a delete");
      await kv.atomic().set(["b"], 2).commit();
      assertEqual(await nextValues(states), [undefined, 2], "the same value of another commit is a change");
      await states.return?.();
    },
  },
  {
    name: "watching: changes in quick succession come as one, the last of them always",
    async run({ kv }) {
      const states = watch(kv, ["a"]);
      assertEqual(await nextValues(states), [undefined], "now");
      for (let value = 1; value <= 50; value++) await kv.atomic().set(["a"], value).commit();
      let seen = 0;
      let last: unknown;
      while (last !== 50) {
        [last] = await nextValues(states);
        seen++;
      }
      assert(seen <= 50, "no state comes twice");
      await states.return?.();
    },
  },
  {
    name: "watching: another store's changes are seen",
    async run(context) {
      const stores = await context.spread();
      const states = watch(stores[0]!, ["a"]);
      await nextValues(states);
      await stores.at(-1)!.atomic().set(["a"], "from elsewhere").commit();
      assertEqual(await nextValues(states), ["from elsewhere"], "the change");
      await states.return?.();
    },
  },
  {
    name: "watching: a signal ends it with its reason, leaving the loop ends it quietly",
    async run({ kv }) {
      const controller = new AbortController();
      const states = watch(kv, ["a"], controller.signal);
      await nextValues(states);
      const reason = new Error("enough");
      const next = states.next();
      next.catch(() => {});
      controller.abort(reason);
      await assertSettles(
        assertRejectsWith(next, reason, "the reason of the signal"),
        "an aborted watch ends",
      );
      for await (const _ of kv.watch([["a"]])) break;
      assert((await kv.atomic().set(["a"], 1).commit()).ok, "nothing is held");
    },
  },
];

/** What an expiring key looks like to a watcher, and a log that is watched. */
export const orderedWatchCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "watching: the next entry of a log is seen when it is appended",
    async run({ kv }) {
      const states = kv.watch([["log", 1]], { pollInterval: "50ms" })[Symbol.asyncIterator]();
      assertEqual(await nextValues(states), [undefined], "not there yet");
      await kv.atomic().append(["log"], "first").commit();
      assertEqual(await nextValues(states), ["first"], "appended");
      await states.return?.();
    },
  },
];
