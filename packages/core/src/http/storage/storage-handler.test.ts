import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { coreError } from "../../errors/create.js";
import { digestOf } from "../../identity/hasher.js";
import { createIdentifierBytes } from "../../identity/identifier.js";
import type { KvDriver } from "../../kv/driver.js";
import { encodeKey, encodeSequence, prefixRange } from "../../kv/key.js";
import { counterKey, tokenKey } from "../../kv/reserved.js";
import { memoryBlobs, memoryKv } from "../../memory/index.js";
import type { Authorize, Principal } from "../../principals/principal.js";
import { collectGarbage } from "../../storage/collect-garbage.js";
import {
  bearerTokens,
  type HttpHandler,
  httpBlobs,
  httpKv,
  httpStorage,
  storageHandler,
  toNodeListener,
} from "../index.js";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(handler: HttpHandler): Promise<string> {
  const server = createServer(toNodeListener(handler));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const principal = (id: string): Principal => ({ id, kind: "service", roles: [], attributes: {} });
const authenticate = bearerTokens([
  { token: "all", principal: principal("copier") },
  { token: "a", principal: principal("team-a") },
]);
/** Everybody has the namespace of their name; the copier has all. */
const authorize: Authorize = ({ id }, _action, { namespace }) => ({
  allowed: id === "copier" || namespace === id,
  reason: "secret policy",
});

async function open(token: string, kv: KvDriver = memoryKv(), blobs = memoryBlobs()) {
  const url = await serve(storageHandler({ storage: { drivers: { kv, blobs } }, authenticate, authorize }));
  const address = { url, headers: { authorization: `Bearer ${token}` } };
  return { url, kv, blobs, address };
}

const now = 1_000_000;
const commitOf = (
  mutations: Parameters<KvDriver["commit"]>[0]["mutations"],
  checks: Parameters<KvDriver["commit"]>[0]["checks"] = [],
) => ({
  id: createIdentifierBytes(),
  now,
  checks,
  mutations,
});

describe("a storage over HTTP", () => {
  test("works as a whole: keys, logs, blobs, tables, collection", async () => {
    const { address } = await open("all");
    const storage = httpStorage(address);
    closers.push(() => storage.close());
    const committed = await storage.kv
      .atomic()
      .set(["greeting"], "hello")
      .append(["log"], 1)
      .append(["log"], 2)
      .commit();
    expect(committed).toMatchObject({ ok: true, sequences: [1, 2] });
    expect((await storage.kv.get(["greeting"]))?.value).toBe("hello");
    const listed: unknown[] = [];
    for await (const entry of storage.kv.list({ prefix: ["log"] })) listed.push(entry.value);
    expect(listed).toEqual([1, 2]);
    const { digest } = await storage.blobs.put("content");
    expect(await (await storage.blobs.get(digest))?.text()).toBe("content");
    const report = await collectGarbage(storage, { grace: 0 });
    expect(report).toBeDefined();
  });

  test("a large blob of unknown digest is streamed and comes back whole, and in parts", async () => {
    const { address } = await open("all");
    const storage = httpStorage(address);
    closers.push(() => storage.close());
    const piece = crypto.getRandomValues(new Uint8Array(60_000));
    async function* pieces() {
      for (let index = 0; index < 100; index++) yield piece;
    }
    const { digest, size } = await storage.blobs.put(pieces());
    expect(size).toBe(6_000_000);
    const whole = await (await storage.blobs.get(digest))!.bytes();
    expect(digestOf(whole)).toBe(digest);
    const part = await (await storage.blobs.get(digest, { range: { offset: 59_990, length: 20 } }))!.bytes();
    expect(part).toEqual(whole.slice(59_990, 60_010));
    const empty = await (await storage.blobs.get(digest, { range: { offset: 10, length: 0 } }))!.bytes();
    expect(empty.length).toBe(0);
  });

  test.each([10, 6_000_000])(
    "a source of %i bytes that fails at its end stores nothing and throws its own error",
    async (size) => {
      const { address, blobs } = await open("all");
      const driver = httpBlobs(address);
      async function* body() {
        for (let sent = 0; sent < size; sent += 60_000) yield new Uint8Array(Math.min(60_000, size));
        throw coreError("DIGEST_MISMATCH", "not what was promised");
      }
      const put = driver.put({ scope: "default", body: body(), digest: () => undefined });
      await expect(put).rejects.toMatchObject({ code: "DIGEST_MISMATCH", message: "not what was promised" });
      const left: unknown[] = [];
      for await (const scope of blobs.scopes()) left.push(scope);
      expect(left).toEqual([]);
    },
  );

  test("an upload whose bytes changed on the way is refused with DIGEST_MISMATCH", async () => {
    const { address, blobs } = await open("all");
    async function* body() {
      yield new TextEncoder().encode("changed");
    }
    const put = httpBlobs(address).put({
      scope: "default",
      body: body(),
      digest: () => digestOf("original"),
    });
    await expect(put).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(await blobs.stat("default", digestOf("changed"))).toBeUndefined();
  });

  test("a watch hints at commits of others and ends with its signal", async () => {
    const { address, kv } = await open("all");
    const stop = new AbortController();
    const hints = httpKv(address).watch!([encodeKey(["a"])], { signal: stop.signal })[Symbol.asyncIterator]();
    await hints.next();
    const next = hints.next();
    await kv.commit(commitOf([{ kind: "set", key: encodeKey(["a"]), value: new Uint8Array(1) }]));
    expect((await next).done).toBe(false);
    const pending = hints.next();
    stop.abort(new Error("enough"));
    await expect(pending).rejects.toThrow("enough");
  });

  test("listings go on over the pages of the protocol", async () => {
    const { address, blobs } = await open("all");
    for (let index = 0; index < 2_100; index++) {
      const text = String(index);
      const body = (async function* () {
        yield new TextEncoder().encode(text);
      })();
      await blobs.put({ scope: "default", body, digest: () => digestOf(text) });
    }
    const digests: string[] = [];
    for await (const blob of httpBlobs(address).list("default", undefined)) digests.push(blob.digest);
    expect(digests.length).toBe(2_100);
    expect(digests).toEqual([...new Set(digests)].sort());
  });
});

describe("permission", () => {
  const key = (...parts: string[]) => encodeKey(parts);
  const value = Uint8Array.of(1);
  const denied = { code: "PERMISSION_DENIED" };

  test("a caller without credentials is refused before anything is read", async () => {
    const { url } = await open("all");
    const read = httpKv({ url }).read({ kind: "keys", keys: [key("team-a", "x")], now });
    await expect(read).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("a caller reaches its own namespace, and no other by any kind of key", async () => {
    const { address, kv } = await open("a");
    const driver = httpKv(address);
    const own = key("team-a", "x");
    await driver.commit(
      commitOf([
        { kind: "set", key: own, value },
        { kind: "append", log: key("team-a", "log"), value },
      ]),
    );
    expect((await driver.read({ kind: "keys", keys: [own], now }))[0]?.value).toEqual(value);
    await driver.read({ kind: "keys", keys: [counterKey(own), tokenKey(key("team-a"), value)], now });

    for (const other of [
      key("team-b", "x"),
      key("team-aa", "x"),
      key("team-a\0", "x"),
      encodeKey([Uint8Array.of(1)]),
      encodeKey([1]),
      new Uint8Array(0),
      counterKey(key("team-b", "log")),
      tokenKey(key("team-b"), value),
      Uint8Array.of(0x02, 0x74),
    ]) {
      await expect(driver.read({ kind: "keys", keys: [own, other], now })).rejects.toMatchObject(denied);
      await expect(driver.commit(commitOf([{ kind: "set", key: other, value }]))).rejects.toMatchObject(
        denied,
      );
      await expect(driver.commit(commitOf([], [{ key: other, version: null }]))).rejects.toMatchObject(
        denied,
      );
      await expect(driver.commit(commitOf([{ kind: "append", log: other, value }]))).rejects.toMatchObject(
        denied,
      );
    }
    expect(
      (
        await kv.read({
          kind: "range",
          start: new Uint8Array(0),
          end: Uint8Array.of(0xff),
          reverse: false,
          limit: 99,
          now,
        })
      ).length,
    ).toBe(3);
  });

  test("a range is allowed only inside one namespace", async () => {
    const { address } = await open("a");
    const driver = httpKv(address);
    const range = (start: Uint8Array, end: Uint8Array) =>
      driver.read({ kind: "range", start, end, reverse: false, limit: 10, now });
    const { start, end } = prefixRange(key("team-a"));
    expect(await range(start, end)).toEqual([]);
    const counters = prefixRange(counterKey(key("team-a")));
    expect(await range(counters.start, counters.end)).toEqual([]);
    for (const [from, to] of [
      [start, key("team-b")],
      [new Uint8Array(0), end],
      [start, Uint8Array.of(...key("team-a"), 0xff, 0xff)],
      [start, Uint8Array.of(0xff)],
      [key("team-a"), counters.end],
    ] as const) {
      await expect(range(from, to)).rejects.toMatchObject(denied);
    }
  });

  test("blobs of other scopes, and the list of scopes, are out of reach", async () => {
    const { address, blobs } = await open("a");
    const driver = httpBlobs(address);
    const digest = digestOf("b");
    const body = () =>
      (async function* () {
        yield new TextEncoder().encode("b");
      })();
    await blobs.put({ scope: "team-b", body: body(), digest: () => digest });
    await driver.put({ scope: "team-a", body: body(), digest: () => digest });
    const collect = async (items: AsyncIterable<unknown>) => {
      for await (const _ of items) break;
    };
    for (const call of [
      () => driver.put({ scope: "team-b", body: body(), digest: () => digest }),
      () => driver.get("team-b", digest),
      () => driver.stat("team-b", digest),
      () => driver.renew("team-b", digest),
      () => driver.delete("team-b", digest),
      () => collect(driver.list("team-b", undefined)),
      () => collect(driver.scopes()),
    ]) {
      await expect(call()).rejects.toMatchObject(denied);
    }
    expect(await blobs.stat("team-b", digest)).toBeDefined();
  });

  test("the refusal tells neither the policy nor what exists", async () => {
    const { url, address } = await open("a");
    const denial = await fetch(`${url}/v1/blobs/stat?scope=team-b&digest=${digestOf("b")}`, {
      headers: address.headers,
    });
    expect(denial.status).toBe(403);
    const text = await denial.text();
    expect(text).not.toContain("secret policy");
    expect(text).not.toContain("team-b");
  });

  test("a handler without authenticate or authorize is not made", () => {
    const storage = { drivers: { kv: memoryKv(), blobs: memoryBlobs() } };
    expect(() => storageHandler({ storage, authenticate } as never)).toThrow(/authorize/);
    expect(() => storageHandler({ storage, authorize } as never)).toThrow(/authenticate/);
  });
});

describe("the server against strangers", () => {
  const post = (
    address: { url: string; headers: Record<string, string> },
    path: string,
    body: Uint8Array<ArrayBuffer>,
  ) => fetch(address.url + path, { method: "POST", headers: address.headers, body });

  test("malformed messages are a 400 with INVALID_ARGUMENT", async () => {
    const { address } = await open("all");
    for (const path of ["/v1/kv/read", "/v1/kv/commit", "/v1/kv/watch"]) {
      for (const body of [
        new Uint8Array(0),
        Uint8Array.of(9, 9),
        Uint8Array.of(1, 1, 2, 3),
        new Uint8Array(5000).fill(0xff),
      ]) {
        const reply = await post(address, path, body);
        expect(reply.status).toBe(400);
        expect((await reply.json()).error.code).toBe("INVALID_ARGUMENT");
      }
    }
  });

  test("a message over 4 MiB is a 413", async () => {
    const { address } = await open("all");
    expect((await post(address, "/v1/kv/commit", new Uint8Array(4_194_305))).status).toBe(413);
  });

  test("a commit that names a key twice never reaches the driver", async () => {
    const { address } = await open("all");
    const mutation = { kind: "delete", key: encodeKey(["x"]) } as const;
    await expect(httpKv(address).commit(commitOf([mutation, mutation]))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  test("an unordered store gets no ranges, appends, imports or commits of several keys", async () => {
    const { address } = await open("all", memoryKv({ ordered: false }));
    const driver = httpKv({ ...address, capabilities: { ordered: false } });
    const value = new Uint8Array(1);
    const set = (key: string) => ({ kind: "set", key: encodeKey([key]), value }) as const;
    await driver.commit(commitOf([set("a")], [{ key: encodeKey(["a"]), version: null }]));
    const unsupported = { code: "UNSUPPORTED" };
    await expect(driver.commit(commitOf([set("a"), set("b")]))).rejects.toMatchObject(unsupported);
    await expect(
      driver.commit(commitOf([{ kind: "append", log: encodeKey(["l"]), value }])),
    ).rejects.toMatchObject(unsupported);
    const range = {
      kind: "range",
      start: encodeKey(["a"]),
      end: encodeKey(["b"]),
      reverse: false,
      limit: 1,
      now,
    } as const;
    await expect(driver.read(range)).rejects.toMatchObject(unsupported);
  });

  test("unknown paths and other methods are UNSUPPORTED, not a missing blob", async () => {
    const { address } = await open("all");
    expect((await fetch(`${address.url}/v2/kv/read`, { headers: address.headers })).status).toBe(501);
    const elsewhere = httpBlobs({ ...address, url: `${address.url}/elsewhere` });
    await expect(elsewhere.get("default", digestOf("x"))).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  test("the info says what is served", async () => {
    const { address } = await open("all");
    const reply = await fetch(`${address.url}/v1`, { headers: address.headers });
    expect(await reply.json()).toEqual({
      protocol: 1,
      kv: { ordered: true, shared: false, durable: false },
      blobs: { shared: false, durable: false },
    });
  });
});

describe("the client against what can happen", () => {
  const setX = commitOf([{ kind: "set", key: encodeKey(["x"]), value: new Uint8Array(1) }]);
  const readX = { kind: "keys", keys: [encodeKey(["x"])], now } as const;

  /** A TCP server that treats every connection in one way. */
  async function tcp(onRequest: (socket: import("node:net").Socket) => void): Promise<string> {
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => onRequest(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test("nobody listens: UNAVAILABLE, retryable, for reads and commits", async () => {
    const { address } = await open("all");
    await closers.pop()!();
    const driver = httpKv(address);
    const unavailable = { code: "UNAVAILABLE", retryable: true };
    await expect(driver.read(readX)).rejects.toMatchObject(unavailable);
    await expect(driver.commit(setX)).rejects.toMatchObject(unavailable);
  });

  test.each<[string, (socket: import("node:net").Socket) => void]>([
    ["the connection drops", (socket) => socket.destroy()],
    ["the reply breaks off", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx")],
    [
      "a proxy gives up",
      (socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\nconnection: close\r\n\r\nbad"),
    ],
  ])("%s: a commit is OUTCOME_UNKNOWN, a read UNAVAILABLE", async (_, onRequest) => {
    const driver = httpKv({ url: await tcp(onRequest) });
    await expect(driver.commit(setX)).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
    await expect(driver.read(readX)).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
  });

  test("a lost reply is settled by the store: the commit was applied", async () => {
    const kv = memoryKv();
    const handler = storageHandler({
      storage: { drivers: { kv, blobs: memoryBlobs() } },
      authenticate,
      authorize,
    });
    let lose = 1;
    const url = await serve(async (call) => {
      const reply = await handler(call);
      if (!call.path.endsWith("/commit") || lose-- <= 0) return reply;
      const cut = (async function* () {
        yield Uint8Array.of(1);
        throw new Error("cut");
      })();
      return { ...reply, body: cut };
    });
    const storage = httpStorage({ url, headers: { authorization: "Bearer all" } });
    closers.push(() => storage.close());
    expect(await storage.kv.atomic().set(["x"], 1).append(["log"], "a").commit()).toMatchObject({
      ok: true,
      sequences: [1],
    });
    const replies = (
      await kv.read({ kind: "keys", keys: [counterKey(encodeKey(["default", "log"]))], now })
    )[0];
    expect(replies?.value).toEqual(encodeSequence(1));
  });

  test("an abort rejects with its reason", async () => {
    const url = await tcp(() => {});
    const stop = new AbortController();
    const reason = new Error("enough");
    const commit = httpKv({ url }).commit(setX, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 20);
    await expect(commit).rejects.toBe(reason);
  });

  test("errors of the driver cross with code, details and retryable; what they are not is INTERNAL", async () => {
    const failing = (error: unknown): KvDriver => ({
      ...memoryKv(),
      read: () => Promise.reject(error),
      commit: () => Promise.reject(error),
    });
    for (const code of [
      "STORAGE_FULL",
      "READ_ONLY",
      "CORRUPT",
      "OUTCOME_UNKNOWN",
      "UNSAFE_BACKEND",
    ] as const) {
      const { address } = await open("all", failing(coreError(code, "the disk", { details: { disk: 1 } })));
      await expect(httpKv(address).commit(setX)).rejects.toMatchObject({
        code,
        details: { disk: 1 },
        retryable: false,
      });
    }
    const { address } = await open("all", failing(new TypeError("secret")));
    const read = httpKv(address).read(readX);
    await expect(read).rejects.toMatchObject({ code: "INTERNAL" });
    await expect(read).rejects.not.toThrow(/secret/);
  });

  test("a server that is something else is named as that", async () => {
    const url = await serve(() => ({
      status: 200,
      headers: { "content-type": "text/html" },
      body: "<html>welcome",
    }));
    await expect(httpKv({ url }).read(readX)).rejects.toMatchObject({ code: "INTERNAL" });
    await expect(httpKv({ url }).commit(setX)).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
    await expect(httpBlobs({ url }).stat("default", digestOf("x"))).rejects.toThrow(/storageHandler/);
    const missing = await serve(() => ({ status: 404, body: "not here" }));
    await expect(httpBlobs({ url: missing }).get("default", digestOf("x"))).rejects.toMatchObject({
      code: "INTERNAL",
    });
  });

  test.each(["ftp://host", "no url", "http://user:pass@host"])("the URL %s is refused at once", (url) => {
    expect(() => httpKv({ url })).toThrow(/^url: /);
  });

  test("headers from a function are asked for each request", async () => {
    const { url } = await open("all");
    let asked = 0;
    const driver = httpKv({
      url,
      headers: async () => ({ authorization: `Bearer ${asked++ === 0 ? "old" : "all"}` }),
    });
    await expect(driver.read(readX)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await driver.read(readX)).toEqual([undefined]);
  });
});
