import { coreError } from "../errors/create.js";

/**
 * The open, closing and closed states of a resource. Calls run through it; `close` refuses new ones, waits for those in
 * flight, then releases once.
 */
export interface Lifecycle {
  readonly closed: boolean;
  /** Runs a call. Rejects with `CLOSED` after `close`, and with `signal.reason` if the signal has aborted. */
  run<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T>;
  /** Throws `CLOSED` after `close`. */
  assertOpen(): void;
  /** Idempotent: every call waits for the one release. */
  close(release: () => Promise<void>): Promise<void>;
}

/** A lifecycle that starts open. `name` is how messages call the resource. */
export function createLifecycle(name: string): Lifecycle {
  let closing: Promise<void> | undefined;
  let inFlight = 0;
  let onIdle: (() => void) | undefined;
  const assertOpen = (): void => {
    if (closing !== undefined) throw coreError("CLOSED", `${name} is closed; open it again to go on`);
  };
  return {
    get closed() {
      return closing !== undefined;
    },
    assertOpen,
    async run(signal, call) {
      assertOpen();
      signal?.throwIfAborted();
      inFlight++;
      try {
        return await call();
      } finally {
        inFlight--;
        if (inFlight === 0) onIdle?.();
      }
    },
    close(release) {
      closing ??= (async () => {
        if (inFlight > 0) await new Promise<void>((resolve) => (onIdle = resolve));
        await release();
      })();
      return closing;
    },
  };
}
