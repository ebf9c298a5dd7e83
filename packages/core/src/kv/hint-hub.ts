import { type CallOptions, onAbort } from "../cancellation/abort.js";
import { encodeSequence } from "./key.js";
import { keyHash } from "./key-hash.js";
import { reservedTag } from "./reserved.js";

const sequenceBytes = encodeSequence(1).length;

interface Watcher {
  readonly hashes: ReadonlySet<number>;
  wake(): void;
}

/**
 * Distributes hints that a driver receives from its server to those who watch. Hints carry the {@link keyHash} of each changed key, and for an append that of its log; a
 * source of hints is opened with the first watcher and released with the last.
 */
export class HintHub {
  readonly #watchers = new Set<Watcher>();

  get watched(): boolean {
    return this.#watchers.size > 0;
  }

  /** Wakes those who watch a key of one of these hashes. */
  wake(hashes: Iterable<number>): void {
    for (const hash of hashes) {
      for (const watcher of this.#watchers) if (watcher.hashes.has(hash)) watcher.wake();
    }
  }

  /** After hints may have been missed. */
  wakeAll(): void {
    for (const watcher of this.#watchers) watcher.wake();
  }

  /**
   * What `KvDriver.watch` returns. `source.open` resolves once every commit from then on is hinted at.
   */
  async *watch(
    keys: readonly Uint8Array[],
    source: { open(hashes: ReadonlySet<number>): Promise<void>; release(hashes: ReadonlySet<number>): void },
    options?: CallOptions,
  ): AsyncGenerator<void, void, void> {
    const signal = options?.signal;
    signal?.throwIfAborted();
    let changed = true;
    let resume: (() => void) | undefined;
    const wake = (): void => {
      changed = true;
      resume?.();
    };
    const watcher = { hashes: watchHashes(keys), wake };
    this.#watchers.add(watcher);
    const stopWaiting = onAbort(signal, wake);
    try {
      await source.open(watcher.hashes);
      for (;;) {
        if (!changed) await new Promise<void>((resolve) => (resume = resolve));
        signal?.throwIfAborted();
        changed = false;
        yield;
      }
    } finally {
      stopWaiting();
      this.#watchers.delete(watcher);
      source.release(watcher.hashes);
    }
  }
}

/** The hashes that concern a watcher: of each key, and of the log that it may be an entry, or the counter, of. */
function watchHashes(keys: readonly Uint8Array[]): Set<number> {
  const hashes = new Set<number>();
  for (const key of keys) {
    hashes.add(keyHash(key));
    if (key.length > sequenceBytes) hashes.add(keyHash(key, key.length - sequenceBytes));
    if (key[0] === reservedTag.counter) hashes.add(keyHash(key.subarray(1)));
  }
  return hashes;
}
