/** Options that every asynchronous call accepts. */
export interface CallOptions {
  /** Stops the call; it then rejects with `signal.reason`, untouched. */
  readonly signal?: AbortSignal | undefined;
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
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
