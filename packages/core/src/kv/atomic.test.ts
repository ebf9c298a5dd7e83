import { describe, expect, test } from "vitest";
import { memoryKv } from "../memory/memory-kv.js";
import { createKvStore } from "./create-kv-store.js";
import type { KvDriverCommit } from "./driver.js";
import type { KvAtomic, KvStore } from "./kv-store.js";

function open(): { kv: KvStore; commits: KvDriverCommit[] } {
  const driver = memoryKv();
  const commits: KvDriverCommit[] = [];
  const kv = createKvStore({
    ...driver,
    commit: (commit) => {
      commits.push(commit);
      return driver.commit(commit);
    },
  });
  return { kv, commits };
}

describe("what was refused is not part of the commit", () => {
  test.each<[string, (atomic: KvAtomic, index: number) => void, number, number]>([
    ["changes", (atomic, index) => atomic.set([index], null), 1_000, 1_000],
    ["checks", (atomic, index) => atomic.check([index], null), 0, 1_000],
    ["bytes", (atomic, index) => atomic.set([index], new Uint8Array(65_000)), 12, 12],
  ])("too many %s", async (_, add, mutations, fits) => {
    const { kv, commits } = open();
    const atomic = kv.atomic();
    for (let index = 0; index < fits; index++) add(atomic, index);
    expect(() => add(atomic, fits)).toThrow(expect.objectContaining({ code: "LIMIT_EXCEEDED" }));
    await atomic.commit();
    expect(commits[0]?.mutations).toHaveLength(mutations);
    expect((commits[0]?.checks ?? []).length + mutations).toBe(fits);
  });
});

test("nothing is added to a commit that is on its way", async () => {
  const { kv, commits } = open();
  const atomic = kv.atomic().set(["a"], 1);
  const committing = atomic.commit();
  expect(() => atomic.set(["b"], 2)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  expect(() => atomic.check(["b"], null)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  await committing;
  expect(commits[0]?.mutations).toHaveLength(1);
});

test("an expiry is a whole number of microseconds that exists", () => {
  const { kv } = open();
  const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });
  expect(() => kv.atomic().set(["a"], 1, { expireIn: Number.MAX_SAFE_INTEGER })).toThrow(refused);
});

test("a prefix that no key can continue is refused before the driver is asked", () => {
  const { kv } = open();
  expect(() => kv.list({ prefix: ["x".repeat(1_024)] })).toThrow(
    expect.objectContaining({ code: "LIMIT_EXCEEDED" }),
  );
});
