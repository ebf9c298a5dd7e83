import { describe, expect, test } from "vitest";
import { coreError } from "../errors/create.js";
import { memoryKv } from "../memory/memory-kv.js";
import type { Clock } from "../time/clock.js";
import { createKvStore } from "./create-kv-store.js";
import type { KvDriver, KvDriverCommit, KvDriverCommitResult } from "./driver.js";
import type { KvStore } from "./kv-store.js";
import { transact } from "./transact.js";

/** Refused; applied, but the reply lost; or lost with its request. */
type Failure = "before" | "after" | "lost";

/** A driver whose commits can be made to fail before or after they are applied. */
function flakyKv(): KvDriver & { failNext: Failure[]; commits: KvDriverCommit[] } {
  const inner = memoryKv();
  const failNext: Failure[] = [];
  const commits: KvDriverCommit[] = [];
  return {
    ...inner,
    failNext,
    commits,
    async commit(commit): Promise<KvDriverCommitResult> {
      commits.push(commit);
      const failure = failNext.shift();
      if (failure === "before") throw coreError("UNAVAILABLE", "refused", { retryable: true });
      if (failure === "lost") throw coreError("OUTCOME_UNKNOWN", "the connection was lost");
      const result = await inner.commit(commit);
      if (failure === "after") throw coreError("OUTCOME_UNKNOWN", "the reply was lost");
      return result;
    },
  };
}

function open(driver: KvDriver): KvStore {
  return createKvStore(driver, { namespace: "default", retry: { pause: 100 } });
}

describe("a call that applied nothing", () => {
  test("is tried again with the same identity", async () => {
    const driver = flakyKv();
    driver.failNext.push("before", "before");
    const result = await open(driver).atomic().set(["a"], 1).commit();
    expect(result.ok).toBe(true);
    expect(driver.commits).toHaveLength(3);
    expect(new Set(driver.commits.map((commit) => commit.id)).size).toBe(1);
  });

  test("is given up after the attempts of the policy", async () => {
    const driver = flakyKv();
    driver.failNext.push("before", "before", "before", "before", "before");
    await expect(open(driver).atomic().set(["a"], 1).commit()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(driver.commits).toHaveLength(4);
  });
});

describe("a commit whose reply was lost", () => {
  test("is known to be applied when a key that it sets carries its id", async () => {
    const driver = flakyKv();
    driver.failNext.push("after");
    const kv = open(driver);
    const result = await kv.atomic().set(["a"], 1).append(["log"], "x").commit();
    expect(result).toMatchObject({ ok: true, sequences: [1], stale: [] });
    expect(result.ok && result.version).toBe((await kv.get(["a"]))?.version);
  });

  test("is known to be applied when its log carries its id", async () => {
    const driver = flakyKv();
    const kv = open(driver);
    await kv.atomic().append(["log"], "first").commit();
    driver.failNext.push("after");
    expect(await kv.atomic().append(["log"], "x").append(["log"], "y").commit()).toMatchObject({
      ok: true,
      sequences: [2, 3],
    });
  });

  test("is OUTCOME_UNKNOWN when it wrote nothing that can be read again", async () => {
    const driver = flakyKv();
    const kv = open(driver);
    await kv.atomic().set(["a"], 1).commit();
    driver.failNext.push("after");
    await expect(kv.atomic().delete(["a"]).commit()).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
  });

  test("is settled in every case by an idempotency token", async () => {
    const driver = flakyKv();
    const kv = open(driver);
    await kv.atomic().set(["a"], 1).commit();
    driver.failNext.push("after");
    expect(await kv.atomic().delete(["a"]).commit({ idempotencyToken: "t" })).toMatchObject({ ok: true });
    expect(await kv.get(["a"])).toBeUndefined();
  });

  test("is sent again under its idempotency token when it turns out not to be there", async () => {
    const driver = flakyKv();
    const kv = open(driver);
    driver.failNext.push("lost");
    expect(await kv.atomic().append(["log"], "x").commit({ idempotencyToken: "t" })).toMatchObject({
      ok: true,
      sequences: [1],
    });
    driver.failNext.push("lost", "lost", "lost", "lost");
    const hopeless = kv.atomic().append(["log"], "y").commit({ idempotencyToken: "u" });
    await expect(hopeless).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
  });

  test("is known to be applied by any key that it sets, not only the first", async () => {
    const driver = flakyKv();
    const kv = open(driver);
    await kv.atomic().setIfNewer(["a"], "newest", [9]).commit();
    driver.failNext.push("after");
    expect(await kv.atomic().setIfNewer(["a"], "old", [1]).set(["b"], 1).commit()).toMatchObject({
      ok: true,
      stale: [["a"]],
    });
  });
});

describe("an idempotency token", () => {
  test("makes a second commit of the same name do nothing and give the first outcome", async () => {
    const kv = open(memoryKv());
    const first = await kv.atomic().append(["log"], "x").commit({ idempotencyToken: "order-17" });
    const second = await kv.atomic().append(["log"], "x").commit({ idempotencyToken: "order-17" });
    expect(second).toEqual(first);
    expect(await count(kv, "log")).toBe(1);
  });

  test("is forgotten after a day", async () => {
    let now = 1_000;
    const clock: Clock = { now: () => now, monotonic: () => now, sleep: async () => {} };
    const kv = createKvStore(memoryKv(), { clock });
    const append = () => kv.atomic().append(["log"], "x").commit({ idempotencyToken: "t" });
    await append();
    now += 86_400_000_000;
    expect(await append()).toMatchObject({ sequences: [2] });
  });

  test("does not hide a failed check", async () => {
    const kv = open(memoryKv());
    await kv.atomic().set(["a"], 1).commit();
    const result = await kv.atomic().check(["a"], null).set(["a"], 2).commit({ idempotencyToken: "t" });
    expect(result).toEqual({ ok: false, failed: [["a"]] });
  });
});

test("transact repeats the body until nobody came between", async () => {
  const kv = open(memoryKv());
  const increment = () =>
    transact(kv, async (atomic) => {
      const entry = await kv.get(["n"]);
      const next = Number(entry?.value ?? 0) + 1;
      atomic.check(["n"], entry?.version ?? null).set(["n"], next);
      return next;
    });
  const results = await Promise.all(Array.from({ length: 20 }, increment));
  expect(results.map((result) => result.value).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

test("transact gives up with CONFLICT", async () => {
  const kv = open(memoryKv());
  const attempt = transact(kv, async (atomic) => void atomic.check(["n"], "0".repeat(32)), {
    maxAttempts: 2,
  });
  await expect(attempt).rejects.toMatchObject({ code: "CONFLICT", retryable: true });
});

async function count(kv: KvStore, log: string): Promise<number> {
  let entries = 0;
  for await (const _ of kv.list({ prefix: [log] })) entries++;
  return entries;
}
