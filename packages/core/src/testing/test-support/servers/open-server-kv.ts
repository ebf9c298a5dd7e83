import { Redis } from "ioredis";
import { Pool } from "pg";
import type { KvDriver } from "../../../kv/driver.js";
import { openPostgresKv } from "../../../postgres/index.js";
import { openRedisKv } from "../../../redis/index.js";

/** A store on a server, so named that it can be handed to a child process. */
export interface ServerStore {
  readonly kind: "redis" | "postgres";
  readonly url: string;
  /** The prefix on Redis, the schema on PostgreSQL. */
  readonly name: string;
  readonly ordered?: boolean | undefined;
}

/** A driver and the client beneath it. */
export interface OpenServerKv {
  readonly driver: KvDriver;
  close(): Promise<void>;
}

/** Opens the store with a client of its own. */
export async function openServerKv(store: ServerStore): Promise<OpenServerKv> {
  if (store.kind === "redis") {
    const client = new Redis(store.url, { lazyConnect: true, maxRetriesPerRequest: 1 });
    client.on("error", () => {});
    try {
      const driver = await openRedisKv(client, { prefix: store.name, ordered: store.ordered });
      return {
        driver,
        async close() {
          await driver.close();
          client.disconnect();
        },
      };
    } catch (error) {
      client.disconnect();
      throw error;
    }
  }
  const pool = new Pool({ connectionString: store.url, max: 4 });
  pool.on("error", () => {});
  try {
    const driver = await openPostgresKv(pool, { schema: store.name });
    return {
      driver,
      async close() {
        await driver.close();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** Removes everything of a store. */
export async function dropServerStore(store: ServerStore): Promise<void> {
  if (store.kind === "redis") {
    const client = new Redis(store.url);
    const tag = store.ordered === false ? store.name : `{${store.name}}`;
    const names = (await client.keysBuffer(`${tag}:*`)) as Buffer[];
    if (names.length > 0) await client.del(...names);
    client.disconnect();
    return;
  }
  const pool = new Pool({ connectionString: store.url, max: 1 });
  await pool.query(`DROP SCHEMA IF EXISTS "${store.name}" CASCADE`);
  await pool.end();
}

/** The driver alone, whose `close` also closes the client beneath it: what `kvConformance` opens. */
export async function openOwningKv(store: ServerStore): Promise<KvDriver> {
  const { driver, close } = await openServerKv(store);
  const { name, capabilities, watch } = driver;
  return {
    name,
    capabilities,
    read: (request, options) => driver.read(request, options),
    commit: (commit, options) => driver.commit(commit, options),
    ...(watch && { watch }),
    close,
  };
}
