import { describe, expect, test } from "vitest";
import { memoryKv } from "../memory/memory-kv.js";
import { createKvStore } from "./create-kv-store.js";
import type { KvDriver, KvDriverCommitResult } from "./driver.js";
import { transact } from "./transact.js";

/** A driver whose calls stay in flight until they are let go, and which notes a close in their midst. */
function heldKv(): KvDriver & { letGo(): void; readonly closedInFlight: boolean } {
  const inner = memoryKv();
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let inFlight = 0;
  let closedInFlight = false;
  const hold = async <T>(call: () => Promise<T>): Promise<T> => {
    inFlight++;
    await held;
    inFlight--;
    return call();
  };
  return {
    ...inner,
    letGo,
    get closedInFlight() {
      return closedInFlight;
    },
    read: (request) => hold(() => inner.read(request)),
    commit: (commit): Promise<KvDriverCommitResult> => hold(() => inner.commit(commit)),
    async close() {
      closedInFlight = inFlight > 0;
    },
  };
}

describe("a driver is never closed with a call in flight", () => {
  test.each(["get", "list", "commit"])("also when the caller of %s has given up", async (method) => {
    const driver = heldKv();
    const kv = createKvStore(driver);
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("enough");
    const call =
      method === "get"
        ? kv.get(["a"], { signal })
        : method === "list"
          ? kv.list({ prefix: [] }, { signal }).next()
          : kv.atomic().set(["a"], 1).commit({ signal });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    const closing = kv.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
    driver.letGo();
    await closing;
    expect(driver.closedInFlight).toBe(false);
  });
});

test("a listing is refused after close, also in the middle of a page", async () => {
  const kv = createKvStore(memoryKv());
  await kv.atomic().set(["a"], 1).set(["b"], 2).commit();
  const listing = kv.list({ prefix: [] });
  await listing.next();
  await kv.close();
  await expect(listing.next()).rejects.toMatchObject({ code: "CLOSED" });
});

test("a watch that waits is refused when its store closes, without waiting for the next look", async () => {
  const { watch: _, ...silent } = memoryKv();
  const kv = createKvStore(silent);
  const watch = kv.watch([["a"]], { pollInterval: "1h" })[Symbol.asyncIterator]();
  await watch.next();
  const next = watch.next();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await kv.close();
  await expect(next).rejects.toMatchObject({ code: "CLOSED" });
});

test("transact does not run its body again once its signal has aborted", async () => {
  const kv = createKvStore(memoryKv());
  const controller = new AbortController();
  const reason = new Error("enough");
  let rounds = 0;
  const attempt = transact(
    kv,
    async (atomic) => {
      if (++rounds === 4) setTimeout(() => controller.abort(reason));
      atomic.check(["n"], "0".repeat(32));
      if (rounds === 4) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    { signal: controller.signal },
  );
  await expect(attempt).rejects.toBe(reason);
  expect(rounds).toBe(4);
});
