import { coreError } from "../errors/create.js";
import type { PostgresClient } from "./client.js";
import type { PostgresNames } from "./names.js";
import { commitFunctionSql, tableSql } from "./schema.js";

const newestFormat = 1;

/** What the caller knows about a server whose settings look unsafe, or differ for its sessions. */
export interface PostgresDeclaration {
  /** Whether a commit that was acknowledged survives a crash of the server. */
  readonly durable: boolean;
}

const rows = async (client: PostgresClient, text: string, values: unknown[] = []): Promise<unknown[][]> =>
  (await client.query({ text, values, rowMode: "array" })).rows;

/**
 * Asks whether an acknowledged commit survives a crash.
 *
 * @throws {MillwrightError} `UNSAFE_BACKEND` if not, and nothing was declared; `UNSUPPORTED` before PostgreSQL 13
 */
export async function checkSettings(
  client: PostgresClient,
  declared: PostgresDeclaration | undefined,
  store: string,
): Promise<{ durable: boolean }> {
  const settings = ["server_version_num", "synchronous_commit", "fsync", "full_page_writes"];
  const [found] = await rows(
    client,
    `SELECT ${settings.map((name) => `current_setting('${name}')`).join(", ")}`,
  );
  const [version, synchronous, ...flags] = found as [string, string, string, string];
  if (Number(version) < 130_000) {
    throw coreError(
      "UNSUPPORTED",
      `${store} is PostgreSQL ${Math.floor(Number(version) / 10_000)}; 13 or newer is needed`,
    );
  }
  if (declared !== undefined) return { durable: declared.durable };
  const off = settings.slice(1).filter((_, index) => [synchronous, ...flags][index] === "off");
  if (off.length === 0) return { durable: true };
  throw coreError(
    "UNSAFE_BACKEND",
    `${store} can lose acknowledged commits (${off.join(", ")} off); turn on, or open it with { declared: { durable: … } }`,
    { details: { off } },
  );
}

/**
 * Makes schema, table, format row and function where they are missing. A user without the right to do so can open a store
 * that is complete.
 *
 * @throws {MillwrightError} `FORMAT_TOO_NEW`, `FOREIGN_DATA`
 */
export async function prepareStore(
  client: PostgresClient,
  names: PostgresNames,
  store: string,
): Promise<void> {
  if (await isComplete(client, names, store)) return;
  await client.query({ text: "BEGIN ISOLATION LEVEL READ COMMITTED" });
  try {
    // The names of other stores of the schema are made under the same lock.
    await rows(client, "SELECT pg_advisory_xact_lock(hashtext('millwright'), hashtext($1))", [names.schema]);
    if (!(await isComplete(client, names, store))) await create(client, names, store);
    await client.query({ text: "COMMIT" });
  } catch (error) {
    await client.query({ text: "ROLLBACK" });
    throw error;
  }
}

async function exists(client: PostgresClient, expression: string, name: string): Promise<boolean> {
  return (await rows(client, `SELECT ${expression} IS NOT NULL`, [name]))[0]![0] === true;
}

async function isComplete(client: PostgresClient, names: PostgresNames, store: string): Promise<boolean> {
  return (await hasFormat(client, names, store)) && exists(client, "to_regproc($1)", names.commitFunction);
}

async function hasFormat(client: PostgresClient, names: PostgresNames, store: string): Promise<boolean> {
  if (!(await exists(client, "to_regclass($1)", names.formatTable))) return false;
  const [row] = await rows(client, `SELECT format FROM ${names.formatTable} WHERE store = $1`, [
    names.tableName,
  ]);
  if (row === undefined) return false;
  const format = Number(row[0]);
  if (format <= newestFormat) return true;
  throw coreError(
    "FORMAT_TOO_NEW",
    `${store} has format ${format}, and this release reads up to ${newestFormat}; use a newer release`,
  );
}

async function create(client: PostgresClient, names: PostgresNames, store: string): Promise<void> {
  if (!(await exists(client, "to_regnamespace($1)", `"${names.schema}"`))) {
    await client.query({ text: `CREATE SCHEMA "${names.schema}"` });
  }
  if (!(await hasFormat(client, names, store))) {
    if (await exists(client, "to_regclass($1)", names.table)) {
      throw coreError(
        "FOREIGN_DATA",
        `${store}: the table ${names.table} was not made by Millwright; choose another schema or table`,
      );
    }
    await client.query({
      text: `CREATE TABLE IF NOT EXISTS ${names.formatTable} (store text PRIMARY KEY, format integer NOT NULL)`,
    });
    await client.query({ text: tableSql(names) });
    await rows(client, `INSERT INTO ${names.formatTable} VALUES ($1, $2)`, [names.tableName, newestFormat]);
  }
  await client.query({ text: commitFunctionSql(names) });
}
