import { onAbort } from "../cancellation/abort.js";

/** A source of time. Pass a fake one to make a test, or a schedule, deterministic. */
export interface Clock {
  /** Microseconds since the Unix epoch. */
  now(): number;
  /** Microseconds that never run backwards, from an arbitrary start. Leases and timeouts are judged by it. */
  monotonic(): number;
  /** Resolves after `microseconds`, or rejects with `signal.reason`. A waiting process may still exit. */
  sleep(microseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay of the hosts' timers, in milliseconds; a longer one would fire at once. */
const longestDelay = 2 ** 31 - 1;

/** How far the two clocks of the host may be apart, in milliseconds, before the one that counts microseconds is set anew. */
const tolerance = 2;

/** The clock of the host. Its timers do not keep a Node process alive. */
export function systemClock(): Clock {
  let origin = performance.timeOrigin;
  return {
    now() {
      const wall = Date.now();
      const precise = performance.now();
      // The precise clock stands still while the host is suspended, and does not hear of its time being set.
      if (Math.abs(origin + precise - wall) > tolerance) origin = wall - precise;
      return Math.round((origin + precise) * 1000);
    },
    monotonic: () => performance.now() * 1000,
    async sleep(microseconds, signal) {
      let rest = microseconds / 1000;
      for (; rest > longestDelay; rest -= longestDelay) await delay(longestDelay, signal);
      await delay(rest, signal);
    },
  };
}

/** A sleep inside a call that somebody awaits: until it ends the process stays alive, which the clock alone does not see to. */
export async function awaitedSleep(clock: Clock, microseconds: number, signal?: AbortSignal): Promise<void> {
  const alive = setInterval(() => {}, longestDelay);
  try {
    await clock.sleep(microseconds, signal);
  } finally {
    clearInterval(alive);
  }
}

function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stopWaiting = onAbort(signal, () => {
      clearTimeout(timer);
      reject(signal?.reason);
    });
    const timer = setTimeout(() => {
      stopWaiting();
      resolve();
    }, milliseconds);
    (timer as { unref?: () => void }).unref?.();
  });
}
