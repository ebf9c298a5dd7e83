import type { CallOptions } from "../cancellation/abort.js";
import { HintHub } from "../kv/hint-hub.js";
import { keyHash } from "../kv/key-hash.js";
import type { BufferJoin, RedisClient } from "./client.js";
import { OwnConnection } from "./connection.js";

/** Between a lost connection and the next attempt. */
const pauseMilliseconds = 250;

/** What a commit publishes: the hashes of the keys that it changes, of an append that of the log. */
export function encodeHint(keys: readonly Uint8Array[], join: BufferJoin): Uint8Array {
  const hint = new Uint8Array(keys.length * 4);
  const view = new DataView(hint.buffer);
  for (const [index, key] of keys.entries()) view.setInt32(index * 4, keyHash(key));
  return join(hint);
}

function decodeHint(hint: Uint8Array): number[] {
  const view = new DataView(hint.buffer, hint.byteOffset, hint.byteLength);
  return Array.from({ length: Math.floor(hint.length / 4) }, (_, index) => view.getInt32(index * 4));
}

/**
 * Hints of changed keys, over one subscribed connection that is there while somebody watches. While it is lost there are
 * no hints and core polls; when it is back, all watchers look again.
 */
export class RedisHints {
  readonly #template: RedisClient;
  readonly #channel: Uint8Array;
  readonly #store: string;
  readonly #hub = new HintHub();
  #subscription: { connection: OwnConnection; subscribed: Promise<void> } | undefined;

  constructor(template: RedisClient, channel: Uint8Array, store: string) {
    this.#template = template;
    this.#channel = channel;
    this.#store = store;
  }

  watch(keys: readonly Uint8Array[], options?: CallOptions): AsyncIterable<void> {
    return this.#hub.watch(
      keys,
      {
        open: () => this.#subscribed(),
        release: () => {
          if (!this.#hub.watched) this.close();
        },
      },
      options,
    );
  }

  #subscribed(): Promise<void> {
    this.#subscription ??= this.#open();
    return this.#subscription.subscribed;
  }

  #open(): { connection: OwnConnection; subscribed: Promise<void> } {
    const connection = new OwnConnection(this.#template, this.#store);
    connection.client.on("messageBuffer", (_channel, hint) => {
      this.#hub.wake(decodeHint(hint as Uint8Array));
    });
    connection.client.on("end", () => this.#later(connection));
    return { connection, subscribed: this.#subscribe(connection) };
  }

  async #subscribe(connection: OwnConnection): Promise<void> {
    try {
      await connection.call("subscribe", [this.#channel]);
      this.#hub.wakeAll();
    } catch {
      // Hints are a courtesy: without them core polls. The "end" of the connection starts the next attempt.
    }
  }

  #later(connection: OwnConnection): void {
    const timer = setTimeout(() => {
      if (this.#subscription?.connection === connection) void this.#subscribe(connection);
    }, pauseMilliseconds);
    (timer as { unref?: () => void }).unref?.();
  }

  close(): void {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    subscription?.connection.close();
  }
}
