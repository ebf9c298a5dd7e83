import { join } from "node:path";
import { composeStorage, type Storage } from "@millwright/core";
import { localBlobs, localJournals, openLocalStorage } from "@millwright/core/local";
import { openPostgresKv } from "@millwright/core/postgres";
import { openRedisKv } from "@millwright/core/redis";
import { Redis } from "ioredis";
import { Pool } from "pg";

/** Where runs are stored, so described that it can be handed to a child. */
export interface Backend {
  readonly kind: "local" | "redis" | "postgres";
  /** Of everything on the local backend; of blobs and journals on the others. */
  readonly directory: string;
  readonly url?: string | undefined;
}

/** The backends that are there. */
export function backends(folder: string): Backend[] {
  const { MILLWRIGHT_TEST_REDIS_URL: redis, MILLWRIGHT_TEST_POSTGRES_URL: postgres } = process.env;
  return [
    { kind: "local", directory: join(folder, "local") },
    ...(redis === undefined
      ? []
      : [{ kind: "redis", directory: join(folder, "redis"), url: redis } as const]),
    ...(postgres === undefined
      ? []
      : [{ kind: "postgres", directory: join(folder, "postgres"), url: postgres } as const]),
  ];
}

/** Opens a backend, with a client of its own where there is one. */
export async function openBackend({ kind, directory, url = "" }: Backend): Promise<{
  readonly storage: Storage;
  close(): Promise<void>;
}> {
  if (kind === "local") {
    const storage = await openLocalStorage(directory);
    return { storage, close: () => storage.close() };
  }
  const blobs = await localBlobs(directory);
  const journals = await localJournals(directory);
  if (kind === "redis") {
    const client = new Redis(url);
    const storage = composeStorage({ kv: await openRedisKv(client, { prefix: "search" }), blobs, journals });
    return {
      storage,
      async close() {
        await storage.close();
        client.disconnect();
      },
    };
  }
  const pool = new Pool({ connectionString: url, max: 4 });
  const storage = composeStorage({ kv: await openPostgresKv(pool, { schema: "search" }), blobs, journals });
  return {
    storage,
    async close() {
      await storage.close();
      await pool.end();
    },
  };
}

/** Removes everything of a backend from its server. */
export async function emptyBackend({ kind, url = "" }: Backend): Promise<void> {
  if (kind === "redis") {
    const client = new Redis(url);
    await client.flushall();
    client.disconnect();
  } else if (kind === "postgres") {
    const pool = new Pool({ connectionString: url, max: 1 });
    await pool.query("DROP SCHEMA IF EXISTS search CASCADE");
    await pool.end();
  }
}
