import type { KvDriver } from "../../../kv/driver.js";
import type { KvStore } from "../../../kv/kv-store.js";
import {
  assert,
  assertEqual,
  assertRejects,
  assertRejectsWith,
  assertSettles,
  assertThrows,
} from "../../runner/assertions.js";
import type { ConformanceCase } from "../../runner/test-runner.js";
import type { StoreCase } from "./context.js";

/** Every asynchronous call of the port, under its name. */
function callsOf(kv: KvStore, signal?: AbortSignal): readonly (readonly [string, () => Promise<unknown>])[] {
  const options = { signal };
  const calls: [string, () => Promise<unknown>][] = [
    ["get", () => kv.get(["a"], options)],
    ["getMany", () => kv.getMany([["a"], ["b"]], options)],
    ["commit", () => kv.atomic().set(["a"], 2).commit(options)],
    [
      "watch",
      async () =>
        kv
          .watch([["a"]], options)
          [Symbol.asyncIterator]()
          .next(),
    ],
  ];
  if (kv.ordered) calls.push(["list", async () => kv.list({ prefix: [] }, options).next()]);
  return calls;
}

/** A driver whose calls wait until they are let go. */
function heldKv(driver: KvDriver): { driver: KvDriver; release: () => void } {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    release: () => release(),
    driver: {
      name: driver.name,
      capabilities: driver.capabilities,
      async read(request, options) {
        await held;
        return driver.read(request, options);
      },
      async commit(commit, options) {
        await held;
        return driver.commit(commit, options);
      },
      close: async () => {},
    },
  };
}

/** Closing and aborting, on every kind of store. */
export const lifecycleCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "closing: every call of a closed store is refused with CLOSED, and closing again is fine",
    async run({ over, kv }) {
      const store = over();
      const atomic = store.atomic().set(["a"], 1);
      await Promise.all([store.close(), store.close()]);
      await store[Symbol.asyncDispose]();
      for (const [name, call] of callsOf(store)) await assertThrows(call, "CLOSED", name);
      await assertRejects(atomic.commit(), "CLOSED", "an atomic that was begun before");
      assertEqual(await kv.get(["a"]), undefined, "nothing was written");
    },
  },
  {
    name: "closing: a listing and a watch that are under way end with CLOSED",
    async run({ over }) {
      const store = over();
      await store.atomic().set(["a"], 1).commit();
      const watching = store.watch([["a"]], { pollInterval: "10ms" })[Symbol.asyncIterator]();
      await watching.next();
      const next = watching.next();
      next.catch(() => {});
      await store.close();
      await assertSettles(assertRejects(next, "CLOSED", "watch"), "a watch ends when its store is closed");
    },
  },
  {
    name: "closing: calls in flight come to their end first, and the driver is released once, if it is owned",
    async run({ over, driver }) {
      const held = heldKv(driver);
      let closed = 0;
      const counted: KvDriver = {
        ...held.driver,
        close: async () => {
          closed++;
        },
      };
      const store = over(counted, { ownsDriver: true });
      const commit = store.atomic().set(["a"], 1).commit();
      const closing = Promise.all([store.close(), store.close()]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      assertEqual(closed, 0, "the driver waits for the commit");
      held.release();
      assert((await commit).ok, "the commit is applied");
      await closing;
      assertEqual(closed, 1, "closed once");
      const borrowed = over(counted, { ownsDriver: false });
      await borrowed.close();
      assertEqual(closed, 1, "a borrowed driver stays open");
    },
  },
  {
    name: "aborting: a signal that has aborted stops every call with its very reason, before the driver is called",
    async run({ over, driver }) {
      let calls = 0;
      const counting: KvDriver = {
        ...driver,
        read: (request, options) => {
          calls++;
          return driver.read(request, options);
        },
        commit: (commit, options) => {
          calls++;
          return driver.commit(commit, options);
        },
        close: async () => {},
      };
      const store = over(counting);
      const reason = { any: "value" };
      for (const [name, call] of callsOf(store, AbortSignal.abort(reason))) {
        await assertRejectsWith((async () => await call())(), reason, name);
      }
      assertEqual(calls, 0, "calls of the driver");
    },
  },
  {
    name: "aborting: a signal that aborts meanwhile stops every call at once with its very reason",
    async run({ over, driver }) {
      const held = heldKv(driver);
      const store = over(held.driver);
      const reason = new Error("enough");
      for (const [name, call] of callsOf(store, undefined)) {
        const controller = new AbortController();
        const [, aborted] = callsOf(store, controller.signal).find(([other]) => other === name)!;
        const running = (async () => await aborted())();
        running.catch(() => {});
        setTimeout(() => controller.abort(reason), 1);
        await assertSettles(assertRejectsWith(running, reason, name), `${name} does not wait for the driver`);
        assert(typeof call === "function", name);
      }
      held.release();
      assert((await store.atomic().set(["a"], 1).commit()).ok, "the store goes on");
      await store.close();
    },
  },
];
