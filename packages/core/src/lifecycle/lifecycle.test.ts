import { expect, test } from "vitest";
import { createLifecycle } from "./lifecycle.js";

test("closing waits for calls in flight, releases once and refuses what comes later", async () => {
  const lifecycle = createLifecycle("the store");
  const order: string[] = [];
  let finish = (): void => {};
  const call = lifecycle.run(undefined, async () => {
    await new Promise<void>((resolve) => (finish = resolve));
    order.push("call");
  });
  const release = async (): Promise<void> => void order.push("release");
  const closings = [lifecycle.close(release), lifecycle.close(release)];
  await expect(lifecycle.run(undefined, async () => {})).rejects.toMatchObject({ code: "CLOSED" });
  finish();
  await Promise.all([call, ...closings]);
  expect(order).toEqual(["call", "release"]);
  expect(lifecycle.closed).toBe(true);
});

test("a call that fails does not hold the close up, and a release that fails is told to everybody", async () => {
  const lifecycle = createLifecycle("the store");
  await expect(lifecycle.run(undefined, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  const release = (): Promise<void> => Promise.reject(new Error("stuck"));
  await expect(lifecycle.close(release)).rejects.toThrow("stuck");
  await expect(lifecycle.close(release)).rejects.toThrow("stuck");
});

test("an aborted signal stops a call before it begins, with its reason", async () => {
  const reason = new Error("enough");
  const call = createLifecycle("the store").run(AbortSignal.abort(reason), () =>
    Promise.reject(new Error("ran")),
  );
  await expect(call).rejects.toBe(reason);
});
