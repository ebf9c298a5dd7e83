import { coreError } from "../errors/create.js";

/**
 * The open, closing and closed states of a resource. Calls run through it; `close` refuses new ones, waits for those in
 * flight, then releases once.
 */
export interface Lifecycle {
  readonly closed: boolean;
  /** Calls back as soon as `close` is called, now if it was, to wake whoever waits outside of `run`. Gives what takes it back. */
  onClosing(wake: () => void): () => void;
  /**
   * Runs a call. Rejects with `CLOSED` after `close`, and with `signal.reason` if the signal has aborted before. It is over
   * when the call is: to leave earlier, wait for `abortable(run(…), signal)`, never for `abortable` inside of it, so that
   * nothing is released under a call.
   */
  run<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T>;
  /** Throws `CLOSED` after `close`. */
  assertOpen(): void;
  /** Idempotent: every call waits for the one release. */
  close(release: () => Promise<void>): Promise<void>;
}

/** A lifecycle that starts open. `name` is how messages call the resource. */
export function createLifecycle(name: string): Lifecycle {
  // No AbortSignal: Node 20 warns of a leak when one has more than ten listeners.
  const waiting = new Set<() => void>();
  let released: Promise<void> | undefined;
  let inFlight = 0;
  let onIdle: (() => void) | undefined;
  const assertOpen = (): void => {
    if (released !== undefined) throw coreError("CLOSED", `${name} is closed; open it again to go on`);
  };
  return {
    get closed() {
      return released !== undefined;
    },
    onClosing(wake) {
      if (released !== undefined) wake();
      else waiting.add(wake);
      return () => void waiting.delete(wake);
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
      if (released === undefined) {
        released = (async () => {
          if (inFlight > 0) await new Promise<void>((resolve) => (onIdle = resolve));
          await release();
        })();
        for (const wake of waiting) wake();
      }
      return released;
    },
  };
}
