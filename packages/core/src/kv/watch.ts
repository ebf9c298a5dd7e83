import { abortable } from "../cancellation/abort.js";
import { toDuration } from "../time/times.js";
import { type KvContext, storedKey } from "./context.js";
import type { Key } from "./key.js";
import type { KvEntry, KvWatchOptions } from "./kv-store.js";
import { readKeys } from "./read.js";

/** Looks at some keys now, at each hint of the driver, and at the latest after the poll interval. */
export async function* watchKeys(
  context: KvContext,
  keys: readonly Key[],
  options: KvWatchOptions,
): AsyncGenerator<(KvEntry | undefined)[], void, void> {
  const pollInterval = toDuration(options.pollInterval ?? "250ms", "pollInterval");
  const encoded = keys.map((key, index) => storedKey(context, key, `keys[${index}]`));
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const hints = listen(context, encoded, signal);
  let seen: string | undefined;
  try {
    for (;;) {
      const changed = hints.next();
      const entries = await abortable(
        context.lifecycle.run(signal, () => readKeys(context, keys, signal)),
        signal,
      );
      const state = entries.map((entry) => entry?.version ?? "").join();
      if (state !== seen) {
        seen = state;
        yield entries;
        continue; // The consumer took its time: look again before waiting.
      }
      await waitForHint(context, changed, pollInterval, signal);
    }
  } finally {
    stop.abort(new DOMException("The watch has ended.", "AbortError"));
  }
}

async function waitForHint(
  context: KvContext,
  changed: Promise<void>,
  pollInterval: number,
  signal: AbortSignal,
): Promise<void> {
  const timer = new AbortController();
  const wake = (): void => timer.abort();
  const pause = context.clock.sleep(pollInterval, timer.signal).catch(() => {});
  const forget = context.lifecycle.onClosing(wake);
  try {
    await abortable(Promise.race([changed, pause]), signal);
  } finally {
    forget();
    wake();
  }
}

interface Hints {
  /** Resolves at the next hint after this call; never, if the driver gives none. */
  next(): Promise<void>;
}

function listen(context: KvContext, keys: readonly Uint8Array[], signal: AbortSignal): Hints {
  const source = context.driver.watch?.(keys, { signal });
  let wake: (() => void) | undefined;
  let pending = new Promise<void>((resolve) => (wake = resolve));
  if (source !== undefined) {
    const follow = async (): Promise<void> => {
      for await (const _ of source) wake?.();
    };
    // A driver that loses its subscription leaves the poll interval in charge.
    follow().catch(() => {});
  }
  return {
    next() {
      pending = new Promise<void>((resolve) => (wake = resolve));
      return pending;
    },
  };
}
