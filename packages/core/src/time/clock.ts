/** A source of time. Pass a fake one to make a test, or a schedule, deterministic. */
export interface Clock {
  /** Microseconds since the Unix epoch. */
  now(): number;
  /** Microseconds that never run backwards, from an arbitrary start. Leases and timeouts are judged by it. */
  monotonic(): number;
  /** Resolves after `microseconds`, or rejects with `signal.reason`. A waiting process may still exit. */
  sleep(microseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of the host. Its timers do not keep a Node process alive. */
export function systemClock(): Clock {
  return {
    now: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
    monotonic: () => performance.now() * 1000,
    sleep: (microseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        }, microseconds / 1000);
        (timer as { unref?: () => void }).unref?.();
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
  };
}
