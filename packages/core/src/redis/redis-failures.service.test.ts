import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIdentifierBytes } from "../identity/identifier.js";
import type { KvDriver, KvDriverMutation } from "../kv/driver.js";
import { encodeKey, prefixRange } from "../kv/key.js";
import { type PrivateServer, startPrivateRedis } from "../testing/test-support/servers/private-redis.js";
import { serverSetting } from "../testing/test-support/servers/server-process.js";
import { openRedisKv } from "./index.js";

const binary = serverSetting("MILLWRIGHT_TEST_REDIS_SERVER");
const now = 1_800_000_000_000_000;
const key = encodeKey(["key"]);
const log = encodeKey(["log"]);
const set: KvDriverMutation = { kind: "set", key, value: Uint8Array.of(1) };

const commit = (driver: KvDriver, mutations: KvDriverMutation[]) =>
  driver.commit({ id: createIdentifierBytes(), now, checks: [], mutations });
const readAll = (driver: KvDriver, prefix: Uint8Array, at = now) =>
  driver.read({ ...prefixRange(prefix), kind: "range", reverse: false, limit: 10_000, now: at });
const read = (driver: KvDriver) => driver.read({ kind: "keys", keys: [key], now });

describe.skipIf(binary === undefined)("Redis driver, when things go wrong", () => {
  let server: PrivateServer;
  let client: Redis;
  const connect = (options: object = {}): Redis => {
    const made = new Redis(server.url, { maxRetriesPerRequest: 0, retryStrategy: () => 20, ...options });
    made.on("error", () => {});
    return made;
  };
  beforeAll(async () => {
    server = await startPrivateRedis(binary!);
    client = connect();
  });
  afterAll(async () => {
    client?.disconnect();
    await server?.close();
  });

  test("a durable server makes a durable driver; without append-only file, or with fsync each second, not", async () => {
    const open = async () => {
      const driver = await openRedisKv(client, { prefix: "durable" });
      await driver.close();
      return driver.capabilities.durable;
    };
    expect(await open()).toBe(true);
    await client.config("SET", "appendfsync", "everysec");
    expect(await open()).toBe(false);
    const declared = { evictsNothing: true, durable: true } as const;
    const driver = await openRedisKv(client, { prefix: "durable", declared });
    expect(driver.capabilities.durable).toBe(true);
    await driver.close();
    await client.config("SET", "appendfsync", "always");
  });

  test("a server that evicts is refused, even if the opposite is declared", async () => {
    await client.config("SET", "maxmemory-policy", "allkeys-lru");
    await expect(openRedisKv(client)).rejects.toMatchObject({
      code: "UNSAFE_BACKEND",
      message: expect.stringContaining("allkeys-lru"),
    });
    const declared = { evictsNothing: true, durable: true } as const;
    await expect(openRedisKv(client, { declared })).rejects.toMatchObject({ code: "UNSAFE_BACKEND" });
    await client.config("SET", "maxmemory-policy", "noeviction");
  });

  test("a server that hides its configuration is opened only with a declaration", async () => {
    await client.acl("SETUSER", "managed", "on", ">secret", "~*", "&*", "+@all", "-config");
    const managed = connect({ username: "managed", password: "secret" });
    await expect(openRedisKv(managed)).rejects.toMatchObject({
      code: "UNSAFE_BACKEND",
      message: expect.stringContaining("declared"),
    });
    const driver = await openRedisKv(managed, { declared: { evictsNothing: true, durable: true } });
    expect(driver.capabilities.durable).toBe(true);
    await driver.close();
    managed.disconnect();
  });

  test("wrong credentials are PERMISSION_DENIED", async () => {
    const wrong = connect({ username: "managed", password: "wrong" });
    await expect(openRedisKv(wrong)).rejects.toMatchObject({ code: "PERMISSION_DENIED", retryable: false });
    wrong.disconnect();
  });

  test("an address where nobody listens is UNAVAILABLE, at once", async () => {
    const nobody = new Redis({ port: 1, host: "127.0.0.1", lazyConnect: true });
    await expect(openRedisKv(nobody)).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    nobody.disconnect();
  });

  test("a client with a keyPrefix and a prefix with braces are INVALID_ARGUMENT", async () => {
    const prefixed = connect({ keyPrefix: "app:" });
    await expect(openRedisKv(prefixed)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    prefixed.disconnect();
    await expect(openRedisKv(client, { prefix: "a{b}" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("a newer format is FORMAT_TOO_NEW, and keys of another program are FOREIGN_DATA", async () => {
    await client.set("{newer}:f:", "millwright-kv 2");
    await expect(openRedisKv(client, { prefix: "newer" })).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
    await client.set("{other}:f:", "hello");
    await expect(openRedisKv(client, { prefix: "other" })).rejects.toMatchObject({ code: "FOREIGN_DATA" });
    await client.set("{index}:i:", "hello");
    await expect(openRedisKv(client, { prefix: "index" })).rejects.toMatchObject({ code: "FOREIGN_DATA" });
  });

  test("a full server refuses a whole commit with STORAGE_FULL, and still deletes", async () => {
    const driver = await openRedisKv(client, { prefix: "full" });
    await commit(driver, [set]);
    await client.config("SET", "maxmemory", "1mb");
    const other = encodeKey(["other"]);
    const change: KvDriverMutation[] = [
      { kind: "append", log, value: Uint8Array.of(1) },
      { kind: "set", key: other, value: new Uint8Array(60_000) },
    ];
    await expect(commit(driver, change)).rejects.toMatchObject({ code: "STORAGE_FULL" });
    expect(await readAll(driver, log)).toEqual([]);
    expect(await driver.read({ kind: "keys", keys: [other], now })).toEqual([undefined]);
    expect((await commit(driver, [{ kind: "delete", key }])).ok).toBe(true);
    await client.config("SET", "maxmemory", "0");
    expect((await commit(driver, change)).ok).toBe(true);
    await driver.close();
  });

  test("a replica is READ_ONLY", async () => {
    const driver = await openRedisKv(client, { prefix: "replica" });
    await client.replicaof("127.0.0.1", 1);
    await expect(commit(driver, [set])).rejects.toMatchObject({ code: "READ_ONLY" });
    await client.replicaof("NO", "ONE");
    expect((await commit(driver, [set])).ok).toBe(true);
    await driver.close();
  });

  test("scripts that the server forgot are given to it again", async () => {
    const driver = await openRedisKv(client, { prefix: "scripts" });
    await client.script("FLUSH");
    expect((await commit(driver, [set])).ok).toBe(true);
    await client.script("FLUSH");
    expect(await readAll(driver, new Uint8Array(0))).toHaveLength(1);
    await driver.close();
  });

  test("names of entries that Redis dropped leave the index with later commits and with ranges", async () => {
    const driver = await openRedisKv(client, { prefix: "dropped" });
    const dying = Array.from({ length: 30 }, (_, index) => encodeKey(["dying", index]));
    // Long past its deadline, an entry is dropped by Redis at once.
    const write = (keys: Uint8Array[]) =>
      commit(
        driver,
        keys.map((name) => ({ kind: "set", key: name, value: Uint8Array.of(1), expiresAt: now - 1e9 })),
      );
    await write(dying.slice(0, 20));
    expect(await client.zcard("{dropped}:i:")).toBe(20);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await write(dying.slice(20));
    expect(await client.zcard("{dropped}:i:")).toBe(10);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await commit(driver, [set]);
    expect(await readAll(driver, new Uint8Array(0))).toHaveLength(1);
    expect(await client.zcard("{dropped}:i:")).toBe(1);
    await driver.close();
  });

  test("entries are not dropped for a minute after their deadline, for clients whose clocks are behind", async () => {
    const driver = await openRedisKv(client, { prefix: "grace" });
    await commit(driver, [{ kind: "set", key, value: Uint8Array.of(1), expiresAt: now + 1 }]);
    expect(await read(driver)).toHaveLength(1);
    const left = await client.pttl(Buffer.concat([Buffer.from("{grace}:e:"), key]));
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_001);
    await driver.close();
  });

  test("an unordered store reads, checks and sets single keys, without an index", async () => {
    const driver = await openRedisKv(client, { prefix: "plain", ordered: false });
    const change = (order: number, value: number): KvDriverMutation => ({
      kind: "setIfNewer",
      key,
      value: Uint8Array.of(value),
      order: Uint8Array.of(order),
    });
    expect(await commit(driver, [change(200, 1)])).toEqual({ ok: true, sequences: [], stale: [] });
    expect(await commit(driver, [change(100, 2)])).toEqual({ ok: true, sequences: [], stale: [0] });
    expect((await read(driver))[0]?.value).toEqual(Uint8Array.of(1));
    const checks = [{ key, version: null }];
    const conflict = await driver.commit({ id: createIdentifierBytes(), now, checks, mutations: [set] });
    expect(conflict).toEqual({ ok: false, failed: [0] });
    await commit(driver, [{ kind: "delete", key }]);
    expect(await read(driver)).toEqual([undefined]);
    expect(await client.exists("{plain}:i:", "plain:i:")).toBe(0);
    await driver.close();
  });

  test("connections that are cut under way apply no commit twice, and what was acknowledged is there", async () => {
    // The client has the default that sends commands again.
    const resending = connect({ maxRetriesPerRequest: 20, autoResendUnfulfilledCommands: true });
    const driver = await openRedisKv(resending, { prefix: "cut" });
    const acknowledged: number[] = [];
    const codes = new Set<unknown>();
    let running = true;
    const cut = (async () => {
      while (running) {
        await new Promise((resolve) => setTimeout(resolve, 3));
        await client.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
    })();
    // On a fast machine few commits are under way when a connection is cut: go on until one was.
    for (let batch = 0; batch < 60 || (batch < 1_000 && !codes.has("OUTCOME_UNKNOWN")); batch++) {
      await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const number = batch * 20 + index;
          const value = new TextEncoder().encode(String(number));
          try {
            await commit(driver, [{ kind: "append", log, value }]);
            acknowledged.push(number);
          } catch (error) {
            codes.add((error as { code?: unknown }).code);
          }
        }),
      );
    }
    running = false;
    await cut;
    const values = (await readAll(driver, log)).map((entry) =>
      Number(new TextDecoder().decode(entry!.value)),
    );
    expect(new Set(values).size).toBe(values.length);
    expect(acknowledged.filter((number) => !values.includes(number))).toEqual([]);
    expect([...codes].filter((code) => code !== "OUTCOME_UNKNOWN" && code !== "UNAVAILABLE")).toEqual([]);
    expect(codes.has("OUTCOME_UNKNOWN")).toBe(true);
    await driver.close();
    resending.disconnect();
  });

  test("a server that is gone makes commits UNAVAILABLE or unknown and reads UNAVAILABLE; when it is back, all go on", async () => {
    const own = connect({ retryStrategy: () => 10 });
    const driver = await openRedisKv(own, { prefix: "gone" });
    await commit(driver, [set]);
    const inFlight = Array.from({ length: 50 }, () => commit(driver, [set]).catch((error: unknown) => error));
    await server.kill();
    for (const outcome of await Promise.all(inFlight)) {
      if (!("ok" in (outcome as object)))
        expect(["OUTCOME_UNKNOWN", "UNAVAILABLE"]).toContain((outcome as { code: string }).code);
    }
    await expect(commit(driver, [set])).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    await expect(read(driver)).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    await server.restart();
    expect((await commit(driver, [set])).ok).toBe(true);
    await expect
      .poll(() =>
        read(driver).then(
          (entries) => entries.length,
          () => 0,
        ),
      )
      .toBe(1);
    await driver.close();
    own.disconnect();
  });

  test("close leaves the client open and nothing else", async () => {
    const own = connect();
    const driver = await openRedisKv(own, { prefix: "closed" });
    await driver.close();
    expect(await own.ping()).toBe("PONG");
    own.disconnect();
  });
});
