import { abortable, type CallOptions } from "../cancellation/abort.js";
import type { KvDriver } from "../kv/driver.js";
import { describePool, type PostgresPool, withClient } from "./client.js";
import { PostgresKv } from "./driver.js";
import { postgresError } from "./errors.js";
import { PostgresHints } from "./hints.js";
import { postgresNames } from "./names.js";
import { checkSettings, type PostgresDeclaration, prepareStore } from "./setup.js";

/** How to open a store on PostgreSQL. Names are 1 to 40 lowercase letters, digits and underscores. */
export interface PostgresKvOptions extends CallOptions {
  /** Made if it is missing. Default: `"millwright"`. */
  readonly schema?: string | undefined;
  /** One table is one store. Made if it is missing. Default: `"kv"`. */
  readonly table?: string | undefined;
  /** For servers that are safe though a setting is off, or to accept that one is not. */
  readonly declared?: PostgresDeclaration | undefined;
  /** `false` behind a pooler that gives out connections by transaction and loses prepared statements. Default: true. */
  readonly preparedStatements?: boolean | undefined;
  /**
   * Whether a watch may hold a connection of the pool to listen on; the watches of one driver share one. Default: whether
   * the pool has at least two. Must be `false` behind a pooler by transaction. Without, core polls.
   */
  readonly listen?: boolean | undefined;
}

/**
 * A KvDriver on PostgreSQL 13 or newer, over a `Pool` of pg. A store is one table; each commit is one call of a function
 * that the driver makes beside it. `close()` leaves the pool open.
 *
 * @throws {MillwrightError} `UNSAFE_BACKEND` if `synchronous_commit`, `fsync` or `full_page_writes` is off and nothing was
 *   declared; `UNSUPPORTED` before version 13; `UNAVAILABLE`; `PERMISSION_DENIED`; `READ_ONLY`; `FORMAT_TOO_NEW`;
 *   `FOREIGN_DATA` if the table is not Millwright's; `INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { createKvStore } from "@millwright/core";
 * import { openPostgresKv } from "@millwright/core/postgres";
 * import { Pool } from "pg";
 *
 * const pool = new Pool({ connectionString: "postgres://app@127.0.0.1/app" });
 * const kv = createKvStore(await openPostgresKv(pool));
 * await kv.atomic().set(["greeting"], "hello").commit();
 * ```
 */
export async function openPostgresKv(pool: PostgresPool, options: PostgresKvOptions = {}): Promise<KvDriver> {
  const { schema = "millwright", table = "kv", declared, preparedStatements = true, signal } = options;
  const names = postgresNames(schema, table);
  const name = `${describePool(pool)} ${schema}.${table}`;
  signal?.throwIfAborted();
  const opened = withClient(
    pool,
    (error) => postgresError(error, name, "connect"),
    async (client) => {
      const { durable } = await checkSettings(client, declared, name);
      await prepareStore(client, names, name);
      return durable;
    },
  );
  const durable = await abortable(opened, signal);
  const { max = 10 } = pool.options as { max?: number };
  const hints = (options.listen ?? max >= 2) ? new PostgresHints(pool, names) : undefined;
  return new PostgresKv(
    name,
    { ordered: true, shared: true, durable },
    pool,
    names,
    preparedStatements,
    hints,
  );
}
