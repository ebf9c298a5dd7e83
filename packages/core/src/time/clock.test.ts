import { expect, test } from "vitest";
import { systemClock } from "./clock.js";

test("the time is that of the host, in microseconds", () => {
  const before = Date.now() * 1_000;
  expect(Math.abs(systemClock().now() - before)).toBeLessThan(5_000_000);
});

test("the monotonic time does not run backwards", () => {
  const clock = systemClock();
  let last = clock.monotonic();
  for (let round = 0; round < 1_000; round++) {
    const next = clock.monotonic();
    expect(next).toBeGreaterThanOrEqual(last);
    last = next;
  }
});

test("a sleep ends, or rejects with the reason of its signal, before or while it sleeps", async () => {
  const clock = systemClock();
  await clock.sleep(1_000);
  const reason = new Error("enough");
  await expect(clock.sleep(60_000_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const sleep = clock.sleep(60_000_000, controller.signal);
  controller.abort(reason);
  await expect(sleep).rejects.toBe(reason);
});
