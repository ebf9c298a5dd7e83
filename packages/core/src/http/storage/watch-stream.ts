import type { CallOptions } from "../../cancellation/abort.js";

/** A byte of the stream: something may have changed, or only that the connection lives. */
export const watchByte = { alive: 0, hint: 1 } as const;

const heartbeatMilliseconds = 15_000;

/** Hints of a driver as bytes, with a sign of life where nothing happens, so that no proxy takes the connection for dead. */
export async function* hintStream(
  watch: (options: CallOptions) => AsyncIterable<void>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stop = new AbortController();
  const hints = watch({ signal: AbortSignal.any([signal, stop.signal]) })[Symbol.asyncIterator]();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const gone = new Promise<"gone">((resolve) => {
    if (signal.aborted) resolve("gone");
    else signal.addEventListener("abort", () => resolve("gone"), { once: true });
  });
  try {
    let next = hints.next();
    for (;;) {
      const heartbeat = new Promise<"alive">((resolve) => {
        timer = setTimeout(() => resolve("alive"), heartbeatMilliseconds);
        (timer as { unref?: () => void }).unref?.();
      });
      next.catch(() => {});
      const event = await Promise.race([next, heartbeat, gone]);
      clearTimeout(timer);
      if (event === "gone") return;
      if (event === "alive") yield Uint8Array.of(watchByte.alive);
      else if (event.done) return;
      else {
        yield Uint8Array.of(watchByte.hint);
        next = hints.next();
      }
    }
  } finally {
    clearTimeout(timer);
    stop.abort(new DOMException("The watch has ended.", "AbortError"));
    Promise.resolve(hints.return?.()).catch(() => {});
  }
}
