import { afterEach, expect, test, vi } from "vitest";
import { awaitedSleep, systemClock } from "./clock.js";

afterEach(() => void vi.useRealTimers());

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

test("the time follows the host when its clock is set, as after a suspension", () => {
  const clock = systemClock();
  clock.now();
  vi.useFakeTimers({ toFake: ["Date"] });
  const later = Date.now() + 3_600_000;
  vi.setSystemTime(later);
  expect(Math.abs(clock.now() - later * 1_000)).toBeLessThan(10_000);
});

test("a sleep longer than the timers of the host does not end at once", async () => {
  vi.useFakeTimers();
  let ended = false;
  const sleep = systemClock().sleep(40 * 86_400_000_000);
  void sleep.then(() => (ended = true));
  await vi.advanceTimersByTimeAsync(39 * 86_400_000);
  expect(ended).toBe(false);
  await vi.advanceTimersByTimeAsync(86_400_000);
  expect(ended).toBe(true);
});

test("a sleep lets the process exit, one that somebody awaits does not", async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const clock = systemClock();
  const before = timers();
  const controller = new AbortController();
  const background = clock.sleep(60_000_000, controller.signal);
  expect(timers()).toBe(before);
  const awaited = awaitedSleep(clock, 60_000_000, controller.signal);
  expect(timers()).toBe(before + 1);
  controller.abort(new Error("enough"));
  await expect(background).rejects.toThrow("enough");
  await expect(awaited).rejects.toThrow("enough");
  expect(timers()).toBe(before);
});
