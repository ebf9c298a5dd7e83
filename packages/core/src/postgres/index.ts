export type { PostgresClient, PostgresPool, PostgresQuery } from "./client.js";
export { openPostgresKv, type PostgresKvOptions } from "./open-postgres-kv.js";
export type { PostgresDeclaration } from "./setup.js";
