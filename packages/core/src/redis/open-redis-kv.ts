import { abortable, type CallOptions } from "../cancellation/abort.js";
import { invalidArgument } from "../errors/create.js";
import type { KvDriver } from "../kv/driver.js";
import { bufferJoin, describeClient, type RedisClient } from "./client.js";
import { checkConfiguration, type RedisDeclaration } from "./configuration.js";
import { OwnConnection } from "./connection.js";
import { RedisKv } from "./driver.js";
import { redisError } from "./errors.js";
import { checkFormat } from "./format.js";
import { redisLayout } from "./layout.js";
import { loadScript, type RedisSend } from "./script.js";
import { commitOneScript, commitScript, rangeScript } from "./scripts.js";

/** How to open a store on Redis. */
export interface RedisKvOptions extends CallOptions {
  /**
   * Begins the name of every key of the store: 1 to 64 letters, digits and `_ . : -`. Default: `"millwright"`.
   * An ordered store is one hash slot of a cluster.
   */
  readonly prefix?: string | undefined;
  /**
   * `false`: no ranges and logs, one key a commit, no index, spread over a cluster; on a cluster, several keys are not
   * read as one snapshot. Default: `true`.
   */
  readonly ordered?: boolean | undefined;
  /** For servers that do not show their configuration. `durable` also overrules what the server shows. */
  readonly declared?: RedisDeclaration | undefined;
}

/**
 * A KvDriver on Redis 6.2 or newer, over a `Redis` or `Cluster` client of ioredis. Each commit is one Lua script. It is
 * durable (`capabilities.durable`) if the server has `appendonly yes` and `appendfsync always`, or if that is declared.
 *
 * Reads go over the client. Commits go over a connection that the driver makes with `client.duplicate()`, because ioredis
 * may send a command twice after a reconnect; `close()` closes that one, never yours. The client must not have a
 * `keyPrefix`.
 *
 * @throws {MillwrightError} `UNSAFE_BACKEND` if the server evicts, or does not show whether it does; `UNAVAILABLE`;
 *   `PERMISSION_DENIED`; `READ_ONLY`; `FORMAT_TOO_NEW`; `FOREIGN_DATA`; `INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { createKvStore } from "@millwright/core";
 * import { openRedisKv } from "@millwright/core/redis";
 * import { Redis } from "ioredis";
 *
 * const client = new Redis("redis://127.0.0.1:6379");
 * const kv = createKvStore(await openRedisKv(client, { prefix: "team-a" }));
 * await kv.atomic().set(["greeting"], "hello").commit();
 * ```
 */
export async function openRedisKv(client: RedisClient, options: RedisKvOptions = {}): Promise<KvDriver> {
  const { prefix = "millwright", ordered = true, declared, signal } = options;
  if (!/^[\w.:-]{1,64}$/.test(prefix)) {
    throw invalidArgument("prefix", "a prefix is 1 to 64 letters, digits and _ . : -");
  }
  if ((client.options as { keyPrefix?: string }).keyPrefix) {
    throw invalidArgument(
      "client",
      "the client has a keyPrefix, which scripts do not see; use the option prefix instead",
    );
  }
  signal?.throwIfAborted();
  const join = bufferJoin();
  const name = `${describeClient(client)} ${prefix}`;
  const layout = redisLayout(prefix, ordered, join);
  const writer = new OwnConnection(client, name);
  const send: RedisSend = (command, args) => writer.call(command, args);
  const open = async (): Promise<KvDriver> => {
    const { durable } = await checkConfiguration(await writer.readyClient(), declared, name);
    await checkFormat(send, layout, name);
    const commit = await loadScript(send, ordered ? commitScript : commitOneScript);
    const range = ordered ? await loadScript(send, rangeScript) : undefined;
    return new RedisKv(
      name,
      { ordered, shared: true, durable },
      client,
      writer,
      layout,
      { commit, range },
      join,
    );
  };
  try {
    return await abortable(open(), signal);
  } catch (error) {
    writer.close();
    if (signal?.aborted) throw error;
    throw redisError(error, name, "connect");
  }
}
