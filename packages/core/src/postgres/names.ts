import { invalidArgument } from "../errors/create.js";
import { keyHash } from "../kv/key-hash.js";

/** Names of everything that a store has in the database. */
export interface PostgresNames {
  readonly schema: string;
  readonly tableName: string;
  /** Quoted, with the schema. */
  readonly table: string;
  readonly formatTable: string;
  readonly commitFunction: string;
  /** First half of the advisory locks of commits; the second is the hash of a key, or 0 for the whole store. */
  readonly commitLocks: number;
  /** First half of the advisory locks by which watchers say what they watch. */
  readonly watchLocks: number;
  readonly channel: string;
  /** Begins the names of prepared statements. */
  readonly statements: string;
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` */
export function postgresNames(schema: string, table: string): PostgresNames {
  checkName(schema, "schema");
  checkName(table, "table");
  const encoder = new TextEncoder();
  const hash = (use: string): number => keyHash(encoder.encode(`millwright ${schema}.${table} ${use}`));
  const commitLocks = hash("commit");
  const unique = (commitLocks >>> 0).toString(16);
  return {
    schema,
    tableName: table,
    table: `"${schema}"."${table}"`,
    formatTable: `"${schema}"."millwright_format"`,
    // The number changes with the body, so that releases with different bodies work side by side.
    commitFunction: `"${schema}"."${table}_commit_1"`,
    commitLocks,
    watchLocks: hash("watch"),
    channel: `millwright_${unique}`,
    statements: `millwright_${unique}`,
  };
}

function checkName(name: string, path: string): void {
  if (!/^[a-z_][a-z0-9_]{0,39}$/.test(name)) {
    throw invalidArgument(
      path,
      "a name is 1 to 40 lowercase letters, digits and underscores, not a digit first",
    );
  }
}
