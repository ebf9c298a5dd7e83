import type { RedisClient } from "./client.js";
import { redisError } from "./errors.js";

/**
 * A connection of the driver's own, made like the client that was injected, on which a command is sent once or not
 * at all. By default ioredis sends commands again after a reconnect, so that a commit could be applied twice; and
 * with that turned off (`autoResendUnfulfilledCommands: false`) a command whose reply was lost never settles. So this
 * one does not reconnect by itself: what was in flight is rejected at once, and the next call connects.
 */
export class OwnConnection {
  readonly client: RedisClient;
  readonly #store: string;
  #connecting: Promise<void> | undefined;
  #problem: unknown;

  constructor(template: RedisClient, store: string) {
    this.#store = store;
    const common = { lazyConnect: true, enableOfflineQueue: false, enableAutoPipelining: false };
    this.client = template.isCluster
      ? template.duplicate([], { ...common, retryDelayOnFailover: 0, clusterRetryStrategy: null })
      : template.duplicate({
          ...common,
          autoResendUnfulfilledCommands: false,
          retryStrategy: null,
          reconnectOnError: null,
          autoResubscribe: false,
        });
    this.client.on("error", (error) => {
      this.#problem = error;
    });
  }

  /** @throws {MillwrightError} `UNAVAILABLE` or `PERMISSION_DENIED` if it cannot be connected */
  async ready(): Promise<void> {
    if (this.client.status === "ready") return;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    await this.#connecting;
  }

  /** The client, connected. */
  async readyClient(): Promise<RedisClient> {
    await this.ready();
    return this.client;
  }

  async #connect(): Promise<void> {
    this.#problem = undefined;
    try {
      await this.client.connect();
    } catch (error) {
      throw redisError(this.#problem ?? error, this.#store, "connect");
    }
  }

  /** Sends a command, once. */
  async call(command: string, args: (string | Uint8Array)[]): Promise<unknown> {
    if (this.client.status !== "ready") await this.ready();
    return this.client.callBuffer(command, args);
  }

  close(): void {
    this.client.disconnect();
  }
}
