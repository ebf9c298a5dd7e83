import type { Clock } from "../../time/clock.js";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves the clock on by microseconds, and wakes who slept until then. */
  advance(microseconds: number): void;
}

/** A clock that starts at `start` (microseconds since the epoch) and moves only by `advance`. */
export function manualClock(start: number): ManualClock {
  let now = start;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (microseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = (): void => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        };
        const sleeper = { until: now + microseconds, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
    advance(microseconds) {
      now += microseconds;
      for (const sleeper of sleepers) {
        if (sleeper.until > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}
