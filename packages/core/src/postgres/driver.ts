import { abortable, type CallOptions } from "../cancellation/abort.js";
import type {
  KvDriver,
  KvDriverCapabilities,
  KvDriverCommit,
  KvDriverCommitResult,
  KvRead,
  StoredEntry,
} from "../kv/driver.js";
import { bytesArray } from "./bytes.js";
import { type PostgresClient, type PostgresPool, type PostgresQuery, withClient } from "./client.js";
import { countExpiring, decodeOutcome, encodeCommit } from "./commit.js";
import { type PostgresCall, postgresError } from "./errors.js";
import type { PostgresHints } from "./hints.js";
import type { PostgresNames } from "./names.js";

/** Calls of one commit that the server breaks off because of a deadlock or a serialisation failure. */
const commitAttempts = 5;

/** Entries with a deadline that are written between two removals of dead ones. */
const expiringPerSweep = 32;

const parameters = Array.from({ length: 22 }, (_, index) => `$${index + 1}`).join(",");

/** The driver behind `openPostgresKv`. */
export class PostgresKv implements KvDriver {
  readonly name: string;
  readonly capabilities: KvDriverCapabilities;
  readonly watch?: NonNullable<KvDriver["watch"]>;
  readonly #pool: PostgresPool;
  readonly #names: PostgresNames;
  readonly #prepared: boolean;
  readonly #hints: PostgresHints | undefined;
  readonly #onPoolError: () => void;
  #expiring = 0;

  constructor(
    name: string,
    capabilities: KvDriverCapabilities,
    pool: PostgresPool,
    names: PostgresNames,
    prepared: boolean,
    hints: PostgresHints | undefined,
  ) {
    this.name = name;
    this.capabilities = capabilities;
    this.#pool = pool;
    this.#names = names;
    this.#prepared = prepared;
    this.#hints = hints;
    if (hints !== undefined) this.watch = (keys, call) => hints.watch(keys, call);
    // An idle connection that the server ends is an event of the pool; unheard, it would end the process.
    this.#onPoolError = () => {};
    pool.on("error", this.#onPoolError);
  }

  async read(request: KvRead, options?: CallOptions): Promise<readonly (StoredEntry | undefined)[]> {
    options?.signal?.throwIfAborted();
    const entries = request.kind === "keys" ? this.#readKeys(request) : this.#readRange(request);
    return abortable(entries, options?.signal);
  }

  async #readKeys(request: KvRead & { kind: "keys" }): Promise<(StoredEntry | undefined)[]> {
    if (request.keys.length === 0) return [];
    const now = String(Math.floor(request.now));
    if (request.keys.length === 1) {
      const [key] = request.keys as [Uint8Array];
      const [row] = await this.#query(this.#statement("key", `${this.#select()} AND key = $2`, [now, key]));
      return [row && entryOf(key, row)];
    }
    // One look-up a key, by the primary key. `key = ANY ($2)` was planned as a scan while the table was small, and the
    // plan of a prepared statement stays.
    const rows = await this.#query(
      this.#statement(
        "keys",
        `SELECT found.*, given.position FROM unnest($2::bytea[]) WITH ORDINALITY AS given(key, position),
          LATERAL (${this.#select()} AND key = given.key LIMIT 1) AS found`,
        [now, bytesArray(request.keys)],
      ),
    );
    const entries = request.keys.map((): StoredEntry | undefined => undefined);
    for (const row of rows) {
      const index = Number(row[4]) - 1;
      entries[index] = entryOf(request.keys[index]!, row);
    }
    return entries;
  }

  async #readRange(request: KvRead & { kind: "range" }): Promise<StoredEntry[]> {
    const direction = request.reverse ? "DESC" : "ASC";
    const rows = await this.#query(
      this.#statement(
        `range_${direction}`,
        `${this.#select(", key")} AND key >= $2 AND key < $3 ORDER BY key ${direction} LIMIT $4`,
        [String(Math.floor(request.now)), request.start, request.end, request.limit],
      ),
    );
    return rows.map((row) => entryOf(plain(row[4] as Uint8Array), row));
  }

  /** Without the key, which most callers know. */
  #select(more = ""): string {
    return `SELECT value, version, expires_at, "order"${more} FROM ${this.#names.table}
      WHERE (expires_at IS NULL OR expires_at > $1)`;
  }

  async commit(commit: KvDriverCommit, options?: CallOptions): Promise<KvDriverCommitResult> {
    options?.signal?.throwIfAborted();
    const statement = this.#statement(
      "commit",
      `SELECT ${this.#names.commitFunction}(${parameters})`,
      encodeCommit(commit, this.#sweep(commit)),
    );
    return abortable(this.#commit(statement, commit), options?.signal);
  }

  async #commit(statement: PostgresQuery, commit: KvDriverCommit): Promise<KvDriverCommitResult> {
    return this.#withClient("commit", async (client) => {
      for (let attempt = 1; ; attempt++) {
        try {
          const { rows } = await client.query(statement);
          return decodeOutcome(rows[0]![0] as string, commit);
        } catch (error) {
          const { code } = error as { code?: unknown };
          if (attempt === commitAttempts || (code !== "40P01" && code !== "40001")) throw error;
        }
      }
    });
  }

  /** How many dead rows this commit removes: twice as many as were written to die since the last time. */
  #sweep(commit: KvDriverCommit): number {
    this.#expiring += countExpiring(commit);
    if (this.#expiring < expiringPerSweep) return 0;
    const sweep = 2 * this.#expiring;
    this.#expiring = 0;
    return sweep;
  }

  #statement(use: string, text: string, values: unknown[]): PostgresQuery {
    const query: PostgresQuery = { text, values, rowMode: "array" };
    return this.#prepared ? { ...query, name: `${this.#names.statements}_${use}` } : query;
  }

  #query(query: PostgresQuery): Promise<unknown[][]> {
    return this.#withClient("read", async (client) => (await client.query(query)).rows);
  }

  #withClient<T>(call: PostgresCall, use: (client: PostgresClient) => Promise<T>): Promise<T> {
    return withClient(
      this.#pool,
      (error, stage) => postgresError(error, this.name, stage === "connect" ? "connect" : call),
      use,
    );
  }

  async close(): Promise<void> {
    this.#hints?.close();
    this.#pool.removeListener("error", this.#onPoolError);
  }
}

function entryOf(key: Uint8Array, row: unknown[]): StoredEntry {
  const [value, version, expiresAt, order] = row as [Uint8Array, Uint8Array, unknown, Uint8Array | null];
  return {
    key,
    value: plain(value),
    version: plain(version),
    // A bigint comes as a string, or as whatever the parsers of the application make of it.
    expiresAt: expiresAt === null ? undefined : Number(expiresAt),
    order: order === null ? undefined : plain(order),
  };
}

/** A plain view: a Buffer would share its memory when it is sliced. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
