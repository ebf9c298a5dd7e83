import { coreError, messageOf } from "../errors/create.js";
import type { MillwrightError } from "../errors/millwright-error.js";
import type { RedisClient, RedisClusterClient } from "./client.js";
import { redisError } from "./errors.js";

/** What the caller knows about a server that does not show its configuration. */
export interface RedisDeclaration {
  /** The server evicts nothing (`maxmemory-policy noeviction`). */
  readonly evictsNothing: true;
  /** Whether a write that was acknowledged survives a crash of the server (`appendonly yes`, `appendfsync always`). */
  readonly durable: boolean;
}

/**
 * Asks the server, or all primaries of a cluster, whether it keeps what it is given.
 *
 * @throws {MillwrightError} `UNSAFE_BACKEND` if it evicts, or does not say and nothing was declared
 */
export async function checkConfiguration(
  client: RedisClient,
  declared: RedisDeclaration | undefined,
  store: string,
): Promise<{ durable: boolean }> {
  const nodes = client.isCluster ? (client as RedisClusterClient).nodes("master") : [client];
  let durable = true;
  for (const node of nodes) durable = (await checkNode(node, declared, store)) && durable;
  return { durable: declared?.durable ?? durable };
}

async function checkNode(
  node: RedisClient,
  declared: RedisDeclaration | undefined,
  store: string,
): Promise<boolean> {
  const policy = await setting(node, "maxmemory-policy", store);
  if (policy === undefined) {
    if (declared?.evictsNothing !== true) throw undeclared(store);
    return declared.durable;
  }
  if (policy !== "noeviction") {
    throw coreError(
      "UNSAFE_BACKEND",
      `${store} evicts entries when memory is short (maxmemory-policy ${policy}); set maxmemory-policy noeviction, ` +
        "or use another server for this store",
      { details: { policy } },
    );
  }
  const appends = await setting(node, "appendonly", store);
  const flushes = await setting(node, "appendfsync", store);
  return appends === "yes" && flushes === "always";
}

function undeclared(store: string): MillwrightError {
  return coreError(
    "UNSAFE_BACKEND",
    `${store} does not let its configuration be read; if it evicts nothing, open it with ` +
      "{ declared: { evictsNothing: true, durable: … } }",
  );
}

/** A setting of a server; `undefined` where it may not be read, as on managed servers. */
async function setting(node: RedisClient, name: string, store: string): Promise<string | undefined> {
  try {
    const reply = (await node.callBuffer("config", ["GET", name])) as unknown;
    if (!Array.isArray(reply) || !(reply[1] instanceof Uint8Array)) return undefined;
    return new TextDecoder().decode(reply[1]);
  } catch (error) {
    if (/^NOPERM|unknown (sub)?command|not allowed|disabled/i.test(messageOf(error))) return undefined;
    throw redisError(error, store, "connect");
  }
}
