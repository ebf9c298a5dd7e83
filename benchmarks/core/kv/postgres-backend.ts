import { openPostgresKv } from "@millwright/core/postgres";
import { Pool, type QueryArrayConfig } from "pg";
import type { KvBackend } from "./backend.js";
import { groupSize, type KvWorkload } from "./workload.js";

const tables = `
  CREATE TABLE raw_entries (key bytea PRIMARY KEY, value bytea NOT NULL);
  CREATE TABLE raw_log (sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value bytea NOT NULL);
  CREATE TABLE raw_counters (name text PRIMARY KEY, last bigint NOT NULL);
  CREATE TABLE raw_counted (sequence bigint PRIMARY KEY, value bytea NOT NULL);
  INSERT INTO raw_counters VALUES ('log', 0);
`;

const upsert =
  "INSERT INTO raw_entries VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

const countedInsert = `
  WITH next AS (UPDATE raw_counters SET last = last + 1 WHERE name = 'log' RETURNING last)
  INSERT INTO raw_counted SELECT last, $1 FROM next RETURNING sequence`;

/** PostgreSQL with `synchronous_commit` on. Both sides use prepared statements over one pool of 10 connections. */
export async function openPostgresBackend(workload: KvWorkload, url: string): Promise<KvBackend> {
  const { encoded, values, at, group } = workload;
  const pool = new Pool({ connectionString: url, max: 10 });
  await pool.query("DROP TABLE IF EXISTS raw_entries, raw_log, raw_counters, raw_counted");
  await pool.query(tables);
  await pool.query("INSERT INTO raw_entries SELECT * FROM unnest($1::bytea[], $2::bytea[])", [
    encoded,
    values,
  ]);
  const query = async (name: string, text: string, parameters: unknown[]): Promise<unknown> => {
    const config: QueryArrayConfig = { name: `raw_${name}`, text, values: parameters, rowMode: "array" };
    return (await pool.query(config)).rows;
  };
  return {
    name: "postgres",
    driver: await openPostgresKv(pool, { schema: "bench" }),
    baselines: {
      get: [
        {
          call: "pg SELECT … WHERE key = $1",
          aim: 1.3,
          run: (index) => query("get", "SELECT value FROM raw_entries WHERE key = $1", [encoded[at(index)]]),
        },
      ],
      getMany: [
        {
          call: `pg SELECT … WHERE key = ANY($1), ${groupSize} keys`,
          aim: 1.3,
          run: (index) =>
            query("many", "SELECT key, value FROM raw_entries WHERE key = ANY($1::bytea[])", [
              group(index).map((place) => encoded[place]!),
            ]),
        },
      ],
      commit: [
        {
          call: "pg INSERT … ON CONFLICT DO UPDATE",
          aim: 1.6,
          run: (index) => query("upsert", upsert, [encoded[at(index)], values[at(index)]]),
        },
      ],
      append: [
        {
          call: "pg INSERT … RETURNING sequence",
          aim: 1.6,
          remark: "identity column: gaps appear late",
          run: (index) =>
            query("insert", "INSERT INTO raw_log (value) VALUES ($1) RETURNING sequence", [
              values[at(index)],
            ]),
        },
        {
          call: "pg UPDATE counter, INSERT in one statement",
          aim: 1.6,
          remark: "the same promise",
          run: (index) => query("counted", countedInsert, [values[at(index)]]),
        },
      ],
    },
    operations: { get: [500, 2_000], getMany: [100, 200], commit: [150, 1_000], append: [150, 500] },
    close: () => pool.end(),
  };
}
