import { type FSWatcher, watch } from "node:fs";
import { clearTimeout, setTimeout } from "node:timers";
import { onAbort } from "../../cancellation/abort.js";

/** A commit of another process is seen by readers a moment after the operating system reports its write. */
const settleMilliseconds = 10;

/** Tells listeners that the data file has changed, or may have: by a commit here, or by a write of another process. */
export interface FileWatch {
  /** Calls `listener` at each hint, until the function that it returns is called. */
  listen(listener: () => void): () => void;
  /** Gives a hint now. */
  notify(): void;
  close(): void;
}

/** A watch on a file, which listens to the operating system only while somebody listens to it. */
export function watchFile(path: string): FileWatch {
  const listeners = new Set<() => void>();
  let watcher: FSWatcher | undefined;
  let settling: NodeJS.Timeout | undefined;
  const notify = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const onWrite = (): void => {
    notify();
    clearTimeout(settling);
    settling = setTimeout(notify, settleMilliseconds).unref();
  };
  const start = (): void => {
    try {
      watcher = watch(path, { persistent: false }, onWrite).on("error", stop);
    } catch {
      // Out of watches, or none on this system: whoever watches looks at intervals, too.
    }
  };
  const stop = (): void => {
    clearTimeout(settling);
    watcher?.close();
    watcher = undefined;
  };
  return {
    listen(listener) {
      listeners.add(listener);
      if (watcher === undefined) start();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    notify,
    close() {
      stop();
      notify();
      listeners.clear();
    },
  };
}

/** The hints of a watch as an iteration that ends with the signal. The first one comes at once. */
export async function* hintsOf(
  file: FileWatch,
  signal: AbortSignal | undefined,
): AsyncGenerator<void, void, void> {
  let wake = (): void => {};
  let changed = true;
  const onHint = (): void => {
    changed = true;
    wake();
  };
  const stopListening = file.listen(onHint);
  const stopWaiting = onAbort(signal, onHint);
  const isOver = (): boolean => signal?.aborted === true;
  try {
    while (!isOver()) {
      if (!changed) await new Promise<void>((resolve) => (wake = resolve));
      if (isOver()) return;
      changed = false;
      yield;
    }
  } finally {
    stopListening();
    stopWaiting();
  }
}
