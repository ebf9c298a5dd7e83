import type { CallOptions, JournalDurability } from "@millwright/core";
import type { watchProcessEnd } from "../capture/process-end.js";
import {
  type Channel,
  type ChannelListeners,
  type JournalPlace,
  openChannel,
  recoverJournals,
} from "../journal/channel.js";
import { aliveInterval } from "../lifecycle/staleness.js";
import type { Operation } from "../operations/operation.js";
import type { WrittenRun } from "../recording/active-run.js";
import type { OperationSink, RefusedOperation } from "../sink/sink.js";

/** What a tracker's journal needs. */
export interface ChannelsOptions {
  readonly place: JournalPlace;
  readonly sink: OperationSink;
  readonly durability: JournalDurability | undefined;
  /** Whether signals end the runs before they end the process. */
  readonly signals: boolean;
  readonly onError: (error: unknown, run: string | undefined) => void;
  /** Called with the runs that were written to the journals of ended processes, once those are stored. */
  readonly onRecovered?: ((runs: readonly string[], options: CallOptions) => Promise<void>) | undefined;
  /** Hears of each operation that is written to the journal, at once. */
  readonly onAppend?: ((operation: Operation) => void) | undefined;
}

/**
 * The journal of a tracker and the runs that write to it: opened for the first run, given up after the last. While there are runs,
 * it says that they are there, and ends them when the process is about to end.
 */
export class Channels {
  readonly #options: ChannelsOptions;
  readonly #refused = new Map<string, RefusedOperation[]>();
  readonly #active = new Map<string, WrittenRun>();
  readonly #closing = new Set<Promise<void>>();
  #channel: Promise<Channel> | undefined;
  #users = 0;
  #leave: (() => void) | undefined;
  #recovery: Promise<void> | undefined;

  constructor(options: ChannelsOptions) {
    this.#options = options;
  }

  /** Makes a run with the journal, which stays open until the run is given back by {@link release}. */
  async open(make: (channel: Channel) => WrittenRun, watch: typeof watchProcessEnd): Promise<WrittenRun> {
    const { place, sink, durability } = this.#options;
    this.#users++;
    this.#channel ??= openChannel(place, sink, durability, this.#listeners);
    const opening = this.#channel;
    try {
      const written = make(await opening);
      this.#active.set(written.run.id, written);
      this.#leave ??= this.#accompany(watch);
      return written;
    } catch (error) {
      this.#users--;
      if (this.#channel === opening && this.#users === 0) this.#giveUp();
      throw error;
    }
  }

  release(run: string): void {
    if (!this.#active.delete(run)) return;
    this.#users--;
    if (this.#users === 0) this.#giveUp();
  }

  takeRefused(run: string): readonly RefusedOperation[] {
    const refused = this.#refused.get(run) ?? [];
    this.#refused.delete(run);
    return refused;
  }

  /** Resolves when what was logged here, and what ended processes have left, is stored, as far as it can be. */
  async upToDate(options: CallOptions): Promise<void> {
    await this.recoverOnce();
    // What cannot be stored now is told to those who logged it; reading goes on with what there is.
    const channel = await this.#channel?.catch(() => undefined);
    await channel?.drain.drained(options).catch(() => options.signal?.throwIfAborted());
  }

  /** Recovers, if that was not done yet. What fails is told, and tried again by the next call. */
  recoverOnce(): Promise<void> {
    this.#recovery ??= this.recover({}).catch((error: unknown) => {
      this.#recovery = undefined;
      this.#options.onError(error, undefined);
    });
    return this.#recovery;
  }

  /** Stores what ended processes have left in their journals, and ends their runs. */
  async recover(options: CallOptions): Promise<void> {
    const { place, sink, onRecovered } = this.#options;
    const written = await recoverJournals(place, sink, this.#listeners, options);
    await onRecovered?.(written, options);
  }

  async close(): Promise<void> {
    this.#leave?.();
    this.#leave = undefined;
    const channel = await this.#channel?.catch(() => undefined);
    this.#channel = undefined;
    await Promise.all([channel?.close(), this.#recovery, ...this.#closing]);
  }

  #giveUp(): void {
    this.#leave?.();
    this.#leave = undefined;
    const channel = this.#channel;
    this.#channel = undefined;
    const done: Promise<void> = Promise.resolve(channel)
      .then((opened) => opened?.close())
      .catch((error: unknown) => this.#options.onError(error, undefined))
      .finally(() => this.#closing.delete(done));
    this.#closing.add(done);
  }

  /** Begins what goes on while there are runs, and gives what ends it. */
  #accompany(watch: typeof watchProcessEnd): () => void {
    const stop = new AbortController();
    const unwatch = watch(
      ({ status, reason }) => {
        for (const run of this.#active.values()) run.interrupt(status, reason);
      },
      { signals: this.#options.signals },
    );
    const beat = async (): Promise<void> => {
      for (;;) {
        await this.#options.place.clock.sleep(aliveInterval, stop.signal);
        for (const run of this.#active.values()) run.sayAlive();
      }
    };
    beat().catch(() => {}); // It ends by the signal.
    return () => {
      unwatch();
      stop.abort();
    };
  }

  readonly #listeners: ChannelListeners = {
    onAppend: (operation) => this.#options.onAppend?.(operation),
    onRefused: (refused: readonly RefusedOperation[]): void => {
      for (const one of refused) {
        this.#refused.set(one.run, [...(this.#refused.get(one.run) ?? []), one]);
        this.#options.onError(one.error, one.run);
      }
    },
    onError: (error: unknown): void => this.#options.onError(error, undefined),
  };
}
