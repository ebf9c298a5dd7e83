import { messageOf } from "@millwright/core";

/** How a process ends that does not end by itself. */
export interface ProcessEnd {
  /** `"FAILED"` after an uncaught error or an unhandled rejection, `"KILLED"` by a signal. */
  readonly status: "FAILED" | "KILLED";
  /** `uncaught error: ` and its message, also for a rejection that nobody handled; or the name of the signal. */
  readonly reason: string;
}

type Listener = (...values: never[]) => void;

/** What the watch uses of Node's `process`. */
export interface ProcessEvents {
  readonly pid: number;
  on(event: string, listener: Listener): unknown;
  prependListener(event: string, listener: Listener): unknown;
  removeListener(event: string, listener: Listener): unknown;
  listeners(event: string): readonly unknown[];
  listenerCount(event: string): number;
  hasUncaughtExceptionCaptureCallback?(): boolean;
  kill(pid: number, signal: string): boolean;
  nextTick(callback: () => void): void;
}

/** The one set of listeners that a process has for all who watch its end. */
export interface ProcessWatch {
  readonly watchers: Set<(end: ProcessEnd) => void>;
  /** From the first call on signals are heard as well. */
  listenToSignals(): void;
  uninstall(): void;
}

/** Marks the listeners, which carry their {@link ProcessWatch}; the same in all copies of this package. */
export const watchMark = Symbol.for("millwright.processWatch");

const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Installs the listeners. */
export function installProcessWatch(process: ProcessEvents): ProcessWatch {
  const watchers: ProcessWatch["watchers"] = new Set();
  const signalListeners = new Map(signals.map((signal) => [signal, () => onSignal(signal)]));
  /** What the host handles itself, and what the process may end by nevertheless. */
  let handled: ProcessEnd | undefined;
  let installed = true;
  let listensToSignals = false;

  function end(how: ProcessEnd): void {
    for (const watcher of [...watchers]) {
      watchers.delete(watcher);
      try {
        watcher(how);
      } catch {
        // An error in here would change how the host ends.
      }
    }
    uninstall();
  }

  function onError(error: unknown): void {
    // Node's word for where it came from is no help: an error at the top of a module is an "unhandledRejection".
    const how: ProcessEnd = { status: "FAILED", reason: `uncaught error: ${messageOf(error)}` };
    const isHandled =
      process.listenerCount("uncaughtException") > 0 || process.hasUncaughtExceptionCaptureCallback?.();
    if (isHandled) handled = how;
    else end(how);
  }

  function onExit(code: number): void {
    if (handled !== undefined && (handled.status === "KILLED" || code !== 0)) end(handled);
  }

  function onSignal(signal: (typeof signals)[number]): void {
    const listener = signalListeners.get(signal)!;
    process.removeListener(signal, listener);
    if (othersOn(signal) === 0) {
      end({ status: "KILLED", reason: signal });
      process.kill(process.pid, signal);
      return;
    }
    if (signal !== "SIGHUP") handled = { status: "KILLED", reason: signal };
    // Out of the way while the others hear of the signal: some count the listeners, and end the process if they are alone.
    let aside = true;
    const comeBack = (): void => {
      if (!aside) return;
      aside = false;
      process.removeListener("removeListener", onRemoval);
      if (installed) process.prependListener(signal, listener);
    };
    // But before the last of them sends the signal again, which would end the process at once.
    const onRemoval = (event: unknown): void => {
      if (event === signal && othersOn(signal) === 0) comeBack();
    };
    process.on("removeListener", onRemoval);
    process.nextTick(comeBack);
  }

  function othersOn(signal: string): number {
    return process.listeners(signal).filter((listener) => !(watchMark in (listener as object))).length;
  }

  function listenToSignals(): void {
    if (listensToSignals) return;
    listensToSignals = true;
    // Before the others: one that was added by `once` is gone already when those after it are called.
    for (const [signal, listener] of signalListeners) process.prependListener(signal, listener);
  }

  function uninstall(): void {
    if (!installed) return;
    installed = false;
    process.removeListener("uncaughtExceptionMonitor", onError);
    process.removeListener("exit", onExit);
    for (const [signal, listener] of signalListeners) process.removeListener(signal, listener);
  }

  const watch: ProcessWatch = { watchers, listenToSignals, uninstall };
  for (const listener of [onError, ...signalListeners.values()])
    Object.assign(listener, { [watchMark]: watch });
  process.on("uncaughtExceptionMonitor", onError);
  process.on("exit", onExit);
  return watch;
}
