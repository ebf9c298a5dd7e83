/** A query as the driver gives it to a client. `name` makes it a prepared statement. */
export interface PostgresQuery {
  readonly text: string;
  readonly values?: unknown[];
  readonly name?: string;
  readonly rowMode?: "array";
}

/** What the driver uses of a client of a pool of pg. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<{ rows: unknown[][] }>;
  release(destroy?: boolean): void;
  on(event: "error" | "end", listener: (error: Error) => void): unknown;
  on(
    event: "notification",
    listener: (message: { channel: string; payload?: string | undefined }) => void,
  ): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
}

/** What the driver uses of a pool of pg (`>=8`). `Pool` of pg fits. */
export interface PostgresPool {
  readonly options: object;
  connect(): Promise<PostgresClient>;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
}

/** For messages: where the pool points, without secrets. */
export function describePool(pool: PostgresPool): string {
  const { host, port, database, connectionString } = pool.options as Record<string, unknown>;
  if (typeof connectionString === "string") {
    try {
      const url = new URL(connectionString);
      return `postgres ${url.host}${url.pathname}`;
    } catch {
      return "postgres";
    }
  }
  return `postgres ${host ?? "localhost"}:${port ?? 5432}/${database ?? ""}`;
}

function ignore(): void {}

/**
 * Runs `use` with a client of the pool. A client whose connection failed is not given back. The error event is
 * heard, so that a lost connection is an error of the call and not one that nobody catches.
 */
export async function withClient<T>(
  pool: PostgresPool,
  mapError: (error: unknown, call: "connect" | "use") => Error,
  use: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  let client: PostgresClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw mapError(error, "connect");
  }
  client.on("error", ignore);
  let destroy = false;
  try {
    return await use(client);
  } catch (error) {
    destroy = !isStatementError(error);
    throw mapError(error, "use");
  } finally {
    client.removeListener("error", ignore);
    client.release(destroy);
  }
}

/** Whether the server answered with an error and the connection goes on. */
function isStatementError(error: unknown): boolean {
  const { severity } = (error ?? {}) as { severity?: unknown };
  return severity === "ERROR";
}
