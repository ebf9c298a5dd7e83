import { onAbort } from "../cancellation/abort.js";

/** Says to all drivers of a database, in this tab and in others, that something has changed. */
export interface ChangeSignal {
  announce(): void;
  /** An element now and after each change; absent where tabs cannot be reached, so that callers poll. */
  listen?(signal: AbortSignal | undefined): AsyncIterable<void>;
  close(): void;
}

/** A signal over a BroadcastChannel of a name, which is opened when it is first needed. */
export function createChangeSignal(name: string): ChangeSignal {
  if (typeof BroadcastChannel === "undefined") return { announce() {}, close() {} };
  const listeners = new Set<() => void>();
  let channel: BroadcastChannel | undefined;
  let closed = false;

  function open(): BroadcastChannel {
    if (channel === undefined) {
      channel = new BroadcastChannel(name);
      // In Node an open channel would keep the process alive.
      (channel as { unref?: () => void }).unref?.();
      channel.onmessage = () => wakeAll();
    }
    return channel;
  }

  function wakeAll(): void {
    for (const wake of listeners) wake();
  }

  return {
    announce() {
      if (closed) return;
      open().postMessage(0);
      wakeAll(); // A channel does not hear itself.
    },
    async *listen(signal) {
      let changed = true; // The first element says that changes are heard from now on.
      let wake: (() => void) | undefined;
      const onChange = (): void => {
        changed = true;
        wake?.();
      };
      open();
      listeners.add(onChange);
      const stopWaiting = onAbort(signal, onChange);
      try {
        for (;;) {
          if (!changed) await new Promise<void>((resolve) => (wake = resolve));
          if (closed || signal?.aborted === true) return;
          changed = false;
          yield;
        }
      } finally {
        listeners.delete(onChange);
        stopWaiting();
      }
    },
    close() {
      closed = true;
      wakeAll();
      channel?.close();
      channel = undefined;
    },
  };
}
