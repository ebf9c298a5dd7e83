import { abortable, type CallOptions } from "../cancellation/abort.js";
import type {
  KvDriver,
  KvDriverCapabilities,
  KvDriverCommit,
  KvDriverCommitResult,
  KvRead,
  StoredEntry,
} from "../kv/driver.js";
import type { BufferJoin, RedisClient } from "./client.js";
import { encodeCommit, encodeCommitOne } from "./commit.js";
import type { OwnConnection } from "./connection.js";
import { unpackEntry } from "./entry.js";
import { redisError } from "./errors.js";
import { RedisHints } from "./hints.js";
import type { RedisLayout } from "./layout.js";
import type { RedisScript, RedisSend } from "./script.js";

/** The scripts of a store; an unordered one has no ranges. */
export interface RedisScripts {
  readonly commit: RedisScript;
  readonly range?: RedisScript | undefined;
}

/** The driver behind `openRedisKv`. Reads go over the injected client, commits over a connection of its own. */
export class RedisKv implements KvDriver {
  readonly name: string;
  readonly capabilities: KvDriverCapabilities;
  readonly watch?: NonNullable<KvDriver["watch"]>;
  readonly #client: RedisClient;
  readonly #writer: OwnConnection;
  readonly #layout: RedisLayout;
  readonly #scripts: RedisScripts;
  readonly #join: BufferJoin;
  readonly #hints: RedisHints | undefined;

  constructor(
    name: string,
    capabilities: KvDriverCapabilities,
    client: RedisClient,
    writer: OwnConnection,
    layout: RedisLayout,
    scripts: RedisScripts,
    join: BufferJoin,
  ) {
    this.name = name;
    this.capabilities = capabilities;
    this.#client = client;
    this.#writer = writer;
    this.#layout = layout;
    this.#scripts = scripts;
    this.#join = join;
    // A cluster sends every message to all of its nodes, and a subscriber cannot tell that it missed some.
    this.#hints =
      capabilities.ordered && !client.isCluster ? new RedisHints(client, layout.channel, name) : undefined;
    const hints = this.#hints;
    if (hints !== undefined) this.watch = (keys, call) => hints.watch(keys, call);
  }

  async read(request: KvRead, options?: CallOptions): Promise<readonly (StoredEntry | undefined)[]> {
    options?.signal?.throwIfAborted();
    const entries = request.kind === "keys" ? this.#readKeys(request) : this.#readRange(request);
    return abortable(
      entries.catch((error: unknown) => {
        throw redisError(error, this.name, "read");
      }),
      options?.signal,
    );
  }

  async #readKeys(request: KvRead & { kind: "keys" }): Promise<(StoredEntry | undefined)[]> {
    const names = request.keys.map((key) => this.#layout.entry(key));
    const packed = await this.#fetch(names);
    return request.keys.map((key, index) => {
      const entry = packed[index];
      return entry === null || entry === undefined
        ? undefined
        : unpackEntry(key, entry, request.now, this.name);
    });
  }

  /** Redis Cluster refuses one MGET over several hash slots, and keys of an unordered store rarely share one. */
  async #fetch(names: Uint8Array[]): Promise<(Uint8Array | null)[]> {
    if (names.length === 0) return [];
    if (this.#client.isCluster && !this.capabilities.ordered) {
      return (await Promise.all(
        names.map((name) => this.#client.callBuffer("get", [name])),
      )) as (Uint8Array | null)[];
    }
    return (await this.#client.callBuffer("mget", names)) as (Uint8Array | null)[];
  }

  async #readRange(request: KvRead & { kind: "range" }): Promise<StoredEntry[]> {
    const reply = (await this.#scripts.range!.run(
      this.#send,
      [this.#layout.index],
      [
        this.#join(request.start),
        this.#join(request.end),
        request.reverse ? "1" : "0",
        String(request.limit),
        String(request.now),
      ],
    )) as Uint8Array[];
    const entries: StoredEntry[] = [];
    for (let index = 0; index < reply.length; index += 2) {
      const entry = unpackEntry(new Uint8Array(reply[index]!), reply[index + 1]!, request.now, this.name);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  readonly #send: RedisSend = (command, args) => this.#client.callBuffer(command, args);

  async commit(commit: KvDriverCommit, options?: CallOptions): Promise<KvDriverCommitResult> {
    options?.signal?.throwIfAborted();
    const { keys, args } = this.capabilities.ordered
      ? encodeCommit(commit, this.#layout, this.#join, this.#hints !== undefined)
      : encodeCommitOne(commit, this.#layout, this.#join);
    return abortable(this.#commit(keys, args), options?.signal);
  }

  async #commit(keys: Uint8Array[], args: (string | Uint8Array)[]): Promise<KvDriverCommitResult> {
    await this.#writer.ready();
    try {
      const reply = (await this.#scripts.commit.run(
        (command, rest) => this.#writer.client.callBuffer(command, rest),
        keys,
        args,
      )) as [number, number[], number[]?];
      if (Number(reply[0]) === 0) return { ok: false, failed: reply[1].map(Number) };
      return { ok: true, sequences: reply[1].map(Number), stale: (reply[2] ?? []).map(Number) };
    } catch (error) {
      throw redisError(error, this.name, "commit");
    }
  }

  async close(): Promise<void> {
    this.#hints?.close();
    this.#writer.close();
  }
}
