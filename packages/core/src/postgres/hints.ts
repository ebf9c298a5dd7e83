import type { CallOptions } from "../cancellation/abort.js";
import { HintHub } from "../kv/hint-hub.js";
import type { PostgresClient, PostgresPool } from "./client.js";
import type { PostgresNames } from "./names.js";

/** A watcher of more hashes than this asks for the hints of all keys: the lock table of the server is small. */
const mostHashes = 128;

/** Between a lost connection and the next attempt. */
const pauseMilliseconds = 250;

/** The lock that asks for the hints of all keys. */
const allKeys = 0;

/**
 * Hints of changed keys, over one client of the pool that listens while somebody watches.
 *
 * A notification makes every commit that sends one wait for the others that do, so a commit sends one only if somebody
 * watches a key of it. Who watches says so by a shared advisory lock on the hash of the key, which the commit
 * function tries and which the server drops with the connection. After that a watcher waits for the commits that may
 * have looked before.
 */
export class PostgresHints {
  readonly #pool: PostgresPool;
  readonly #names: PostgresNames;
  readonly #hub = new HintHub();
  /** How many watchers hold each lock. */
  readonly #locks = new Map<number, number>();
  #listener: Promise<PostgresClient> | undefined;

  constructor(pool: PostgresPool, names: PostgresNames) {
    this.#pool = pool;
    this.#names = names;
  }

  watch(keys: readonly Uint8Array[], options?: CallOptions): AsyncIterable<void> {
    return this.#hub.watch(
      keys,
      {
        open: (hashes) => this.#announce(locksOf(hashes)),
        release: (hashes) => this.#withdraw(locksOf(hashes)),
      },
      options,
    );
  }

  /** Resolves once every commit from then on hints at these. Without a connection there are none, and core polls. */
  async #announce(locks: readonly number[]): Promise<void> {
    const fresh = locks.filter((lock) => !this.#locks.has(lock));
    for (const lock of locks) this.#locks.set(lock, (this.#locks.get(lock) ?? 0) + 1);
    const first = this.#listener === undefined;
    this.#listener ??= this.#listen();
    const listener = this.#listener;
    try {
      await this.#register(await listener, first ? [...this.#locks.keys()] : fresh);
    } catch {
      this.#lost(listener);
    }
  }

  async #listen(): Promise<PostgresClient> {
    const client = await this.#pool.connect();
    client.on("notification", ({ channel, payload }) => {
      if (channel !== this.#names.channel) return;
      if (payload === undefined || payload === "") this.#hub.wakeAll();
      else this.#hub.wake(payload.split(",").map(Number));
    });
    const listener = this.#listener;
    const onLost = (): void => this.#lost(listener);
    client.on("error", onLost);
    client.on("end", onLost);
    await client.query({ text: `LISTEN "${this.#names.channel}"` });
    return client;
  }

  async #register(client: PostgresClient, locks: readonly number[]): Promise<void> {
    await client.query({
      text: `SELECT pg_advisory_lock_shared(${this.#names.watchLocks}, lock) FROM unnest($1::integer[]) AS lock`,
      values: [`{${locks.join(",")}}`],
    });
    await client.query({ text: `SELECT pg_advisory_xact_lock(${this.#names.commitLocks}, 0)` });
  }

  #withdraw(locks: readonly number[]): void {
    const unwatched: number[] = [];
    for (const lock of locks) {
      const watchers = (this.#locks.get(lock) ?? 1) - 1;
      if (watchers > 0) this.#locks.set(lock, watchers);
      else if (this.#locks.delete(lock)) unwatched.push(lock);
    }
    const listener = this.#listener;
    if (!this.#hub.watched) this.close();
    else listener?.then((client) => this.#unregister(client, unwatched)).catch(() => this.#lost(listener));
  }

  async #unregister(client: PostgresClient, locks: readonly number[]): Promise<void> {
    await client.query({
      text: `SELECT pg_advisory_unlock_shared(${this.#names.watchLocks}, lock) FROM unnest($1::integer[]) AS lock`,
      values: [`{${locks.join(",")}}`],
    });
  }

  /** Gives a lost client up, and tries again while somebody watches. */
  #lost(listener: Promise<PostgresClient> | undefined): void {
    if (listener === undefined || listener !== this.#listener) return;
    this.close();
    const timer = setTimeout(() => {
      if (!this.#hub.watched || this.#listener !== undefined) return;
      void this.#announce([]).then(() => this.#hub.wakeAll());
    }, pauseMilliseconds);
    (timer as { unref?: () => void }).unref?.();
  }

  close(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    // Not given back to the pool: it listens and holds locks.
    listener?.then((client) => client.release(true)).catch(() => {});
  }
}

function locksOf(hashes: ReadonlySet<number>): number[] {
  return hashes.size > mostHashes ? [allKeys] : [...hashes];
}
