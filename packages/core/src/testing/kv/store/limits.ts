import type { KvDriver } from "../../../kv/driver.js";
import { kvLimits } from "../../../kv/limits.js";
import { assert, assertEqual, assertRejects, assertThrows } from "../../runner/assertions.js";
import type { ConformanceCase } from "../../runner/test-runner.js";
import type { StoreCase } from "./context.js";

/** Counts the calls that reach a driver. */
function recordingKv(driver: KvDriver): { driver: KvDriver; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    driver: {
      name: driver.name,
      capabilities: driver.capabilities,
      read(request, options) {
        calls++;
        return driver.read(request, options);
      },
      commit(commit, options) {
        calls++;
        return driver.commit(commit, options);
      },
      close: async () => {},
    },
  };
}

/** A string part that makes the whole key as long as is needed; a string part takes two bytes more than its text. */
function longest(bytes: number): string {
  return "k".repeat(bytes - 2);
}

/** Limits, on every kind of store. */
export const limitCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "limits: a key or value that is too large is refused before the driver is called",
    async run({ over, driver }) {
      const recorded = recordingKv(driver);
      const kv = over(recorded.driver);
      const key = [longest(kvLimits.keyBytes + 1)];
      await assertRejects(kv.get(key), "LIMIT_EXCEEDED", "get");
      await assertRejects(kv.getMany([["a"], key]), "LIMIT_EXCEEDED", "getMany");
      await assertThrows(() => kv.atomic().set(key, 1), "LIMIT_EXCEEDED", "set");
      await assertThrows(() => kv.atomic().check(key, null), "LIMIT_EXCEEDED", "check");
      await assertThrows(() => kv.atomic().delete(key), "LIMIT_EXCEEDED", "delete");
      await assertThrows(
        () => kv.atomic().set(["a"], new Uint8Array(kvLimits.valueBytes)),
        "LIMIT_EXCEEDED",
        "bytes take one more",
      );
      await assertThrows(
        () => kv.atomic().set(["a"], "x".repeat(kvLimits.valueBytes - 1)),
        "LIMIT_EXCEEDED",
        "a string takes two more",
      );
      await assertThrows(
        () => kv.atomic().setIfNewer(["a"], 1, [longest(kvLimits.orderBytes + 1)]),
        "LIMIT_EXCEEDED",
        "the order",
      );
      await assertRejects(
        kv.getMany(Array.from({ length: kvLimits.readKeys + 1 }, (_, index) => [index])),
        "LIMIT_EXCEEDED",
        "keys of getMany",
      );
      assertEqual(recorded.calls(), 0, "calls of the driver");
    },
  },
  {
    name: "limits: the largest value and order are taken",
    async run({ kv }) {
      const bytes = new Uint8Array(kvLimits.valueBytes - 1).fill(7);
      const order = [longest(kvLimits.orderBytes)];
      assert((await kv.atomic().setIfNewer(["a"], bytes, order).commit()).ok, "at the limit");
      assertEqual((await kv.get(["a"]))?.value, bytes, "and comes back");
    },
  },
];

/** Limits of commits of several keys, on ordered stores. */
export const orderedLimitCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "limits: a commit that is too large is refused before the driver is called, and nothing is applied",
    async run({ over, driver, kv: plain }) {
      const recorded = recordingKv(driver);
      const kv = over(recorded.driver);
      const changes = kv.atomic();
      for (let index = 0; index < kvLimits.mutations; index++) changes.set(["a", index], 1);
      await assertThrows(() => changes.set(["one more"], 1), "LIMIT_EXCEEDED", "changes");
      const checks = kv.atomic();
      for (let index = 0; index < kvLimits.checks; index++) checks.check(["a", index], null);
      await assertThrows(() => checks.check(["one more"], null), "LIMIT_EXCEEDED", "checks");
      const large = kv.atomic();
      const value = new Uint8Array(65_000);
      for (let index = 0; index < 12; index++) large.set(["large", index], value);
      await assertThrows(() => large.set(["large", 12], value), "LIMIT_EXCEEDED", "bytes of keys and values");
      await assertThrows(
        () => kv.atomic().append([longest(kvLimits.keyBytes)], 1),
        "LIMIT_EXCEEDED",
        "a log leaves room for sequences",
      );
      await assertRejects(
        kv
          .atomic()
          .set(["a"], 1)
          .commit({ idempotencyToken: "t".repeat(200) }),
        "INVALID_ARGUMENT",
        "a token",
      );
      await assertRejects(
        kv.atomic().set(["a"], 1).commit({ idempotencyToken: "" }),
        "INVALID_ARGUMENT",
        "an empty token",
      );
      assertEqual(recorded.calls(), 0, "calls of the driver");
      assertEqual(
        await plain.list({ prefix: [] }).next(),
        { done: true, value: undefined },
        "nothing is there",
      );
    },
  },
];
