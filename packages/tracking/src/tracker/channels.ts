import type { CallOptions, JournalDurability, Storage } from "@millwright/core";
import { type Channel, openChannel, recoverJournals } from "../journal/channel.js";
import type { OperationSink, RefusedOperation } from "../sink/sink.js";

/** The journal of a tracker: opened for the first run, given up after the last, and what others have left is stored first. */
export class Channels {
  readonly #storage: Storage;
  readonly #sink: OperationSink;
  readonly #durability: JournalDurability | undefined;
  readonly #onError: (error: unknown, run: string | undefined) => void;
  readonly #refused = new Map<string, RefusedOperation[]>();
  #channel: Promise<Channel> | undefined;
  #users = 0;
  readonly #closing = new Set<Promise<void>>();
  #recovery: Promise<void> | undefined;

  constructor(
    storage: Storage,
    sink: OperationSink,
    durability: JournalDurability | undefined,
    onError: (error: unknown, run: string | undefined) => void,
  ) {
    this.#storage = storage;
    this.#sink = sink;
    this.#durability = durability;
    this.#onError = onError;
  }

  /** The journal, for one more run. {@link release} it when the run has ended. */
  async acquire(): Promise<Channel> {
    this.#users++;
    this.#channel ??= openChannel(this.#storage, this.#sink, this.#durability, this.#listeners);
    const opening = this.#channel;
    try {
      return await opening;
    } catch (error) {
      this.#users--;
      if (this.#channel === opening) this.#channel = undefined;
      throw error;
    }
  }

  release(): void {
    this.#users--;
    if (this.#users > 0 || this.#channel === undefined) return;
    const closing = this.#channel.then((channel) => channel.close());
    this.#channel = undefined;
    const done = closing
      .catch((error: unknown) => this.#onError(error, undefined))
      .finally(() => this.#closing.delete(done));
    this.#closing.add(done);
  }

  takeRefused(run: string): readonly RefusedOperation[] {
    const refused = this.#refused.get(run) ?? [];
    this.#refused.delete(run);
    return refused;
  }

  /** Resolves when what was logged here, and what ended processes have left, is stored, as far as it can be. */
  async upToDate(options: CallOptions): Promise<void> {
    this.#recovery ??= this.recover({}).catch((error: unknown) => {
      this.#recovery = undefined;
      this.#onError(error, undefined);
    });
    await this.#recovery;
    // What cannot be stored now is told to those who logged it; reading goes on with what there is.
    const channel = await this.#channel?.catch(() => undefined);
    await channel?.drain.drained(options).catch(() => options.signal?.throwIfAborted());
  }

  /** Stores what ended processes have left in their journals. */
  recover(options: CallOptions): Promise<void> {
    return recoverJournals(this.#storage, this.#sink, this.#listeners, options);
  }

  async close(): Promise<void> {
    const channel = await this.#channel?.catch(() => undefined);
    this.#channel = undefined;
    await Promise.all([channel?.close(), this.#recovery, ...this.#closing]);
  }

  readonly #listeners = {
    onRefused: (refused: readonly RefusedOperation[]): void => {
      for (const one of refused) {
        this.#refused.set(one.run, [...(this.#refused.get(one.run) ?? []), one]);
        this.#onError(one.error, one.run);
      }
    },
    onError: (error: unknown): void => this.#onError(error, undefined),
  };
}
