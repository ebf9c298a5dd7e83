import { afterEach, expect, test, vi } from "vitest";
import { systemClock } from "../time/clock.js";
import { abortable, onAbort } from "./abort.js";

const never = new Promise<never>(() => {});

afterEach(() => void vi.restoreAllMocks());

test("a call is left with the reason of its signal, and its late result ignored", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const left = abortable(never, controller.signal);
  controller.abort(reason);
  await expect(left).rejects.toBe(reason);
  await expect(abortable(Promise.reject(new Error("late")), controller.signal)).rejects.toBe(reason);
  expect(await abortable(Promise.resolve(1), undefined)).toBe(1);
});

test("many calls may wait for one signal: it has one listener, and none when the last has ended", async () => {
  const { signal } = new AbortController();
  const add = vi.spyOn(signal, "addEventListener");
  const remove = vi.spyOn(signal, "removeEventListener");
  const stop = Array.from({ length: 100 }, () => onAbort(signal, () => {}));
  await Promise.all(Array.from({ length: 100 }, () => abortable(Promise.resolve(), signal)));
  await systemClock().sleep(1, signal);
  expect(add).toHaveBeenCalledTimes(1);
  expect(remove).toHaveBeenCalledTimes(0);
  for (const end of stop) end();
  expect(remove).toHaveBeenCalledTimes(1);
  onAbort(signal, () => {})();
  expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([2, 2]);
});

test("all who wait are called once, except those who have taken it back", () => {
  const controller = new AbortController();
  const calls: string[] = [];
  const again = (): void => void calls.push("twice");
  for (const wake of [again, again, () => calls.push("once")]) onAbort(controller.signal, wake);
  const takeBack = onAbort(controller.signal, () => calls.push("never"));
  takeBack();
  takeBack();
  controller.abort();
  expect(calls).toEqual(["twice", "twice", "once"]);
});
