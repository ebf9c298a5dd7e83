import type { CallOptions } from "../cancellation/abort.js";
import { coreError } from "../errors/create.js";
import type { KvAtomic, KvCommitted, KvStore } from "./kv-store.js";

/** How to transact. */
export interface TransactOptions extends CallOptions {
  /** Rounds before giving up. Default: 32. */
  readonly maxAttempts?: number | undefined;
}

/**
 * Reads, decides and commits, again and again until no other writer came between. `body` reads what it needs, adds checks
 * and changes to `atomic`, and returns what the caller gets; it may run several times and should do nothing else.
 *
 * @throws {MillwrightError} `CONFLICT` after `maxAttempts` rounds
 *
 * @example
 * ```ts
 * import { type KvStore, transact } from "@millwright/core";
 *
 * const increment = (kv: KvStore, key: string) =>
 *   transact(kv, async (atomic) => {
 *     const entry = await kv.get([key]);
 *     const next = Number(entry?.value ?? 0) + 1;
 *     atomic.check([key], entry?.version ?? null).set([key], next);
 *     return next;
 *   });
 * ```
 */
export async function transact<Result>(
  kv: KvStore,
  body: (atomic: KvAtomic) => Promise<Result>,
  options: TransactOptions = {},
): Promise<{ readonly value: Result; readonly commit: KvCommitted }> {
  const { maxAttempts = 32, signal } = options;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    signal?.throwIfAborted();
    const atomic = kv.atomic();
    const value = await body(atomic);
    const commit = await atomic.commit({ signal });
    if (commit.ok) return { value, commit };
    if (attempt > 2)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, 2 ** attempt)));
  }
  throw coreError(
    "CONFLICT",
    `other writers came first in each of ${maxAttempts} attempts; try again later`,
    { retryable: true },
  );
}
