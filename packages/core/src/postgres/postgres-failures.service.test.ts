import { Pool, type PoolConfig } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createIdentifierBytes } from "../identity/identifier.js";
import type { KvDriver, KvDriverMutation } from "../kv/driver.js";
import { encodeKey, prefixRange } from "../kv/key.js";
import { serverUser, startPrivatePostgres } from "../testing/test-support/servers/private-postgres.js";
import type { PrivateServer } from "../testing/test-support/servers/private-redis.js";
import { serverSetting } from "../testing/test-support/servers/server-process.js";
import { openPostgresKv } from "./index.js";

const binaries = serverSetting("MILLWRIGHT_TEST_POSTGRES_BIN");
const now = 1_800_000_000_000_000;
const key = encodeKey(["key"]);
const log = encodeKey(["log"]);
const set: KvDriverMutation = { kind: "set", key, value: Uint8Array.of(1) };

const commit = (driver: KvDriver, mutations: KvDriverMutation[]) =>
  driver.commit({ id: createIdentifierBytes(), now, checks: [], mutations });
const read = (driver: KvDriver) => driver.read({ kind: "keys", keys: [key], now });

describe.skipIf(binaries === undefined)("PostgreSQL driver, when things go wrong", () => {
  let server: PrivateServer;
  let admin: Pool;
  const pools: Pool[] = [];
  const connect = (options: PoolConfig = {}): Pool => {
    const pool = new Pool({ connectionString: server.url, max: 4, ...options });
    pools.push(pool);
    return pool;
  };
  const as = (user: string, password = "secret"): string =>
    `postgres://${user}:${password}@127.0.0.1:${server.port}/postgres`;
  beforeAll(async () => {
    server = await startPrivatePostgres(binaries!, serverUser(process.env.MILLWRIGHT_TEST_USER), [
      "password_encryption=scram-sha-256",
    ]);
    admin = new Pool({ connectionString: server.url, max: 2 });
    admin.on("error", () => {});
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
  });
  afterAll(async () => {
    await admin?.end();
    await server?.close();
  });

  test("settings that lose acknowledged commits are UNSAFE_BACKEND, unless declared", async () => {
    await admin.query("CREATE ROLE hasty LOGIN SUPERUSER");
    await admin.query("ALTER ROLE hasty SET synchronous_commit = off");
    const pool = connect({ connectionString: as("hasty") });
    await expect(openPostgresKv(pool)).rejects.toMatchObject({
      code: "UNSAFE_BACKEND",
      message: expect.stringContaining("synchronous_commit"),
    });
    const driver = await openPostgresKv(pool, { schema: "hasty", declared: { durable: false } });
    expect(driver.capabilities.durable).toBe(false);
    await driver.close();
  });

  test("sessions that default to another isolation are UNSAFE_BACKEND, and nothing is written", async () => {
    const pool = connect({ options: "-c default_transaction_isolation=serializable" });
    const driver = await openPostgresKv(pool, { schema: "isolated" });
    await expect(commit(driver, [set])).rejects.toMatchObject({ code: "UNSAFE_BACKEND" });
    expect(await read(driver)).toEqual([undefined]);
    await driver.close();
  });

  test("a read-only session is READ_ONLY", async () => {
    await (await openPostgresKv(connect(), { schema: "frozen" })).close();
    const pool = connect({ options: "-c default_transaction_read_only=on" });
    const driver = await openPostgresKv(pool, { schema: "frozen" });
    await expect(commit(driver, [set])).rejects.toMatchObject({ code: "READ_ONLY" });
    expect(await read(driver)).toEqual([undefined]);
    await driver.close();
    await expect(openPostgresKv(pool, { schema: "frozen_new" })).rejects.toMatchObject({ code: "READ_ONLY" });
  });

  test("an unknown user, missing rights, an unknown database and a silent address have codes", async () => {
    await expect(openPostgresKv(connect({ connectionString: as("nobody_here") }))).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
    await admin.query("CREATE ROLE guest LOGIN");
    await expect(openPostgresKv(connect({ connectionString: as("guest") }))).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
    const missing = connect({ connectionString: `postgres://millwright@127.0.0.1:${server.port}/missing` });
    await expect(openPostgresKv(missing)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const nobody = connect({ connectionString: "postgres://millwright@127.0.0.1:1/postgres" });
    await expect(openPostgresKv(nobody)).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
  });

  test("a user who may only read and write opens a store that is complete", async () => {
    const owner = await openPostgresKv(connect(), { schema: "shared" });
    await admin.query("CREATE ROLE worker LOGIN");
    await admin.query("GRANT USAGE ON SCHEMA shared TO worker");
    await admin.query("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shared TO worker");
    const driver = await openPostgresKv(connect({ connectionString: as("worker") }), { schema: "shared" });
    expect((await commit(driver, [set])).ok).toBe(true);
    expect((await read(owner))[0]?.value).toEqual(Uint8Array.of(1));
    await Promise.all([driver.close(), owner.close()]);
  });

  test("a table of another program is FOREIGN_DATA, a newer format is FORMAT_TOO_NEW, odd names are INVALID_ARGUMENT", async () => {
    await admin.query("CREATE SCHEMA foreign_one; CREATE TABLE foreign_one.kv (id integer)");
    await expect(openPostgresKv(connect(), { schema: "foreign_one" })).rejects.toMatchObject({
      code: "FOREIGN_DATA",
    });
    await (await openPostgresKv(connect(), { schema: "newer" })).close();
    await admin.query("UPDATE newer.millwright_format SET format = 2");
    await expect(openPostgresKv(connect(), { schema: "newer" })).rejects.toMatchObject({
      code: "FORMAT_TOO_NEW",
    });
    await expect(openPostgresKv(connect(), { table: 'kv"; DROP' })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  test("many clients open one new store at once", async () => {
    const opened = await Promise.all(
      [1, 2, 3, 4, 5].map(() => openPostgresKv(connect({ max: 1 }), { schema: "racing" })),
    );
    const results = await Promise.all(
      opened.map((driver) => commit(driver, [{ kind: "append", log, value: Uint8Array.of(1) }])),
    );
    const sequences = results.flatMap((result) => (result.ok ? result.sequences : []));
    expect(sequences.sort()).toEqual([1, 2, 3, 4, 5]);
    await Promise.all(opened.map((driver) => driver.close()));
  });

  test("a lock that is not had in time is UNAVAILABLE, and nothing is written", async () => {
    const driver = await openPostgresKv(connect({ options: "-c statement_timeout=100" }), {
      schema: "waiting",
    });
    const blocker = await admin.connect();
    await blocker.query("BEGIN; LOCK TABLE waiting.kv IN ACCESS EXCLUSIVE MODE");
    await expect(commit(driver, [set])).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    await blocker.query("ROLLBACK");
    blocker.release();
    expect(await read(driver)).toEqual([undefined]);
    await driver.close();
  });

  test("rows whose deadline is long past are removed by later commits", async () => {
    const driver = await openPostgresKv(connect(), { schema: "swept" });
    for (let round = 0; round < 2; round++) {
      const mutations = Array.from(
        { length: 40 },
        (_, index): KvDriverMutation => ({
          kind: "set",
          key: encodeKey(["dying", round, index]),
          value: Uint8Array.of(1),
          expiresAt: now + round * 1e9 + 1,
        }),
      );
      await driver.commit({ id: createIdentifierBytes(), now: now + round * 1e9, checks: [], mutations });
    }
    const { rows } = await admin.query("SELECT count(*)::integer AS count FROM swept.kv");
    expect(rows).toEqual([{ count: 40 }]);
    await driver.close();
  });

  test("without prepared statements, and with parsers of the application, entries are the same", async () => {
    const pool = connect();
    const driver = await openPostgresKv(pool, { schema: "plain", preparedStatements: false, listen: false });
    expect(driver.watch).toBeUndefined();
    await commit(driver, [{ ...set, expiresAt: now + 5 } as KvDriverMutation]);
    expect((await read(driver))[0]?.expiresAt).toBe(now + 5);
    await driver.close();
  });

  test("connections that the server ends under way apply no commit twice, and what was acknowledged is there", async () => {
    const driver = await openPostgresKv(connect({ max: 8 }), { schema: "cut" });
    const acknowledged: number[] = [];
    const codes = new Set<unknown>();
    let running = true;
    const cut = (async () => {
      while (running) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        await admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%commit\\_1%' AND pid <> pg_backend_pid()`,
        );
      }
    })();
    // On a fast machine few commits are under way when a connection ends: go on until one was.
    for (let batch = 0; batch < 40 || (batch < 1_000 && !codes.has("OUTCOME_UNKNOWN")); batch++) {
      await Promise.all(
        Array.from({ length: 8 }, async (_, index) => {
          const number = batch * 8 + index;
          try {
            await commit(driver, [{ kind: "append", log, value: new TextEncoder().encode(String(number)) }]);
            acknowledged.push(number);
          } catch (error) {
            codes.add((error as { code?: unknown }).code);
          }
        }),
      );
    }
    running = false;
    await cut;
    const request = { ...prefixRange(log), kind: "range", reverse: false, limit: 100_000, now } as const;
    // Idle connections of the pool may have been ended as well; core would try again.
    let entries = await driver.read(request).catch(() => undefined);
    for (let attempt = 0; entries === undefined && attempt < 8; attempt++) {
      entries = await driver.read(request).catch(() => undefined);
    }
    if (entries === undefined) throw new Error("no connection could read after the cuts");
    const values = entries.map((entry) => Number(new TextDecoder().decode(entry!.value)));
    expect(new Set(values).size).toBe(values.length);
    expect(acknowledged.filter((number) => !values.includes(number))).toEqual([]);
    expect([...codes].filter((code) => code !== "OUTCOME_UNKNOWN" && code !== "UNAVAILABLE")).toEqual([]);
    expect(codes.has("OUTCOME_UNKNOWN")).toBe(true);
    await driver.close();
  });

  test("a server that is gone makes calls fail with a code; when it is back, all go on, watches included", async () => {
    const driver = await openPostgresKv(connect(), { schema: "gone" });
    await commit(driver, [set]);
    const stop = new AbortController();
    const hints = driver.watch!([key], { signal: stop.signal })[Symbol.asyncIterator]();
    await hints.next();
    const inFlight = Array.from({ length: 20 }, () => commit(driver, [set]).catch((error: unknown) => error));
    await server.kill();
    for (const outcome of await Promise.all(inFlight)) {
      if (!("ok" in (outcome as object)))
        expect(["OUTCOME_UNKNOWN", "UNAVAILABLE"]).toContain((outcome as { code: string }).code);
    }
    await expect(read(driver)).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    await server.restart();
    await expect
      .poll(
        () =>
          read(driver).then(
            (entries) => entries.length,
            () => 0,
          ),
        { timeout: 10_000 },
      )
      .toBe(1);
    // The watch may be woken by the commits in flight, then once when it is connected again, then by this change.
    for (let hint = 0; hint < 2; hint++) {
      await commit(driver, [set]);
      expect((await hints.next()).done).toBe(false);
    }
    stop.abort(new Error("stopped"));
    await expect(hints.next()).rejects.toThrow("stopped");
    await driver.close();
  });
});
