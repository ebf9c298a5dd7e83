/** Options that every asynchronous call accepts. */
export interface CallOptions {
  /** Stops the call; it then rejects with `signal.reason`, untouched. */
  readonly signal?: AbortSignal | undefined;
}

/** Who waits for which signal. A signal has one listener for all of them: Node takes more than ten for a leak, and warns. */
const waitingFor = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when a signal aborts that has not yet. Gives what takes it back: call it when the wait is over, since hosts keep
 * a signal alive that somebody listens to.
 */
export function onAbort(signal: AbortSignal | undefined, wake: () => void): () => void {
  if (signal === undefined) return () => {};
  const waiting = waitingFor.get(signal) ?? listenTo(signal);
  const one = (): void => wake();
  waiting.add(one);
  return () => {
    waiting.delete(one);
    if (waiting.size > 0 || waitingFor.get(signal) !== waiting) return;
    waitingFor.delete(signal);
    signal.removeEventListener("abort", wakeAll);
  };
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const waiting = new Set<() => void>();
  waitingFor.set(signal, waiting);
  signal.addEventListener("abort", wakeAll, { once: true });
  return waiting;
}

function wakeAll({ target }: Event): void {
  const waiting = waitingFor.get(target as AbortSignal);
  waitingFor.delete(target as AbortSignal);
  for (const wake of waiting ?? []) wake();
}

/**
 * Waits for `promise`, or rejects with `signal.reason` as soon as the signal aborts. What the promise stands for
 * goes on; its late result is ignored.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise<T>((resolve, reject) => {
    const stopWaiting = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(stopWaiting);
  });
}
