import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { coreError } from "../errors/create.js";
import { equalBytes } from "../identity/bytes.js";
import {
  bearerTokens,
  type HttpCall,
  type HttpHandler,
  isReply,
  jsonReply,
  readBody,
  toNodeListener,
  toWebHandler,
} from "./index.js";

const encoder = new TextEncoder();

/** Sends one request to a handler through a shell. */
type Send = (path: string, init?: RequestInit & { duplex?: "half" }) => Promise<Response>;

const opened: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(opened.map((server) => server.close())));

async function listen(handler: HttpHandler, errors: unknown[] = []): Promise<{ url: string; port: number }> {
  const server = createServer(toNodeListener(handler, { logger: collecting(errors) }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port };
}

function collecting(errors: unknown[]) {
  const quiet = (): void => {};
  return { debug: quiet, info: quiet, warn: quiet, error: (message: string) => void errors.push(message) };
}

const shells: Record<string, (handler: HttpHandler, errors?: unknown[]) => Promise<Send>> = {
  async web(handler, errors = []) {
    const answer = toWebHandler(handler, { logger: collecting(errors) });
    return (path, init) => answer(new Request(`http://localhost${path}`, init));
  },
  async node(handler, errors = []) {
    const { url } = await listen(handler, errors);
    return (path, init) => fetch(url + path, init);
  },
};

function streamOf(...pieces: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
}

describe.each(Object.entries(shells))("the %s shell", (_, open) => {
  test("gives method, path as sent, query and headers", async () => {
    const send = await open((call) =>
      jsonReply(200, {
        method: call.method,
        path: call.path,
        a: call.query.getAll("a"),
        lower: call.header("x-one"),
        upper: call.header("X-One"),
        absent: call.header("x-two") ?? null,
      }),
    );
    const reply = await send("/v2/a%2Fb?a=1&a=%C3%A4", {
      method: "PUT",
      headers: { "X-One": "yes" },
      body: "x",
    });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toBe("application/json");
    expect(await reply.json()).toEqual({
      method: "PUT",
      path: "/v2/a%2Fb",
      a: ["1", "ä"],
      lower: "yes",
      upper: "yes",
      absent: null,
    });
  });

  test("a call without query and body has both empty", async () => {
    const send = await open(async (call) => jsonReply(200, [call.query.size, (await readBody(call)).length]));
    expect(await (await send("/")).json()).toEqual([0, 0]);
  });

  test("echoes bytes, whole and in pieces", async () => {
    const whole = await open(async (call) => ({ status: 200, body: await readBody(call) }));
    const pieces = await open((call) => ({ status: 200, body: call.body }));
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    for (const send of [whole, pieces]) {
      const reply = await send("/", { method: "POST", body: bytes });
      expect(equalBytes(new Uint8Array(await reply.arrayBuffer()), bytes)).toBe(true);
    }
  });

  test("a whole body of a reply has a length", async () => {
    const send = await open(() => ({ status: 200, body: "ä" }));
    expect((await send("/")).headers.get("content-length")).toBe("2");
  });

  test("HEAD has the headers of GET and no body", async () => {
    const send = await open(() => ({ status: 200, headers: { "x-size": "9" }, body: "ninebytes" }));
    const reply = await send("/", { method: "HEAD" });
    expect([reply.headers.get("x-size"), reply.headers.get("content-length"), await reply.text()]).toEqual([
      "9",
      "9",
      "",
    ]);
  });

  test("a declared body over the limit is a 413 that names the limit", async () => {
    const send = await open(async (call) => ({ status: 200, body: await readBody(call, { limit: 10 }) }));
    const reply = await send("/", {
      method: "POST",
      body: "eleven byte",
      headers: { "content-length": "11" },
    });
    expect(reply.status).toBe(413);
    expect((await reply.json()).error).toMatchObject({ code: "LIMIT_EXCEEDED", details: { limit: 10 } });
  });

  test("a body of unknown length is cut at the limit, and the client sees the 413", async () => {
    const send = await open(async (call) => ({ status: 200, body: await readBody(call, { limit: 10 }) }));
    const body = streamOf(...Array.from({ length: 40 }, () => "x".repeat(65_536)));
    const reply = await send("/", { method: "POST", body, duplex: "half" });
    expect(reply.status).toBe(413);
    await reply.text();
  });

  test("a body that is exactly at the limit is taken", async () => {
    const send = await open(async (call) => ({ status: 200, body: await readBody(call, { limit: 10 }) }));
    expect(await (await send("/", { method: "POST", body: "ten bytes!" })).text()).toBe("ten bytes!");
  });

  test("an early reply to an unread large body arrives", async () => {
    const send = await open(() => jsonReply(401, { no: true }));
    const reply = await send("/", { method: "POST", body: new Uint8Array(3_000_000) });
    expect([reply.status, await reply.json()]).toEqual([401, { no: true }]);
  });

  test("an error keeps its code; a foreign one becomes a 500 that tells nothing and is logged", async () => {
    const errors: unknown[] = [];
    const send = await open((call) => {
      if (call.path === "/known") throw coreError("CONFLICT", "the lease is held", { retryable: true });
      if (call.path === "/later") return Promise.reject(new TypeError("secret"));
      throw new TypeError("secret");
    }, errors);
    const known = await send("/known");
    expect(known.status).toBe(409);
    expect(await known.json()).toEqual({
      error: { code: "CONFLICT", message: "the lease is held", details: {}, retryable: true },
    });
    for (const path of ["/now", "/later"]) {
      const foreign = await send(path);
      expect(foreign.status).toBe(500);
      expect(await foreign.text()).not.toContain("secret");
    }
    expect(errors).toHaveLength(2);
  });

  test("a reply that is streamed arrives piece by piece", async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const send = await open(() => ({
      status: 200,
      body: (async function* () {
        yield encoder.encode("first");
        await released;
        yield encoder.encode("second");
      })(),
    }));
    const reader = (await send("/")).body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("first");
    release();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("second");
    expect((await reader.read()).done).toBe(true);
  });

  test("a reply that breaks off is an error at the client, never a shorter body", async () => {
    const errors: unknown[] = [];
    const send = await open(
      () => ({
        status: 200,
        body: (async function* () {
          yield encoder.encode("half");
          await new Promise((resolve) => setTimeout(resolve, 5));
          throw new Error("disk");
        })(),
      }),
      errors,
    );
    const reply = await send("/");
    await expect(reply.text()).rejects.toThrow();
    expect(errors).toEqual(["the reply to GET / broke off"]);
  });

  test("a client that leaves before the reply aborts the call", async () => {
    let entered: (call: HttpCall) => void = () => {};
    const call = new Promise<HttpCall>((resolve) => {
      entered = resolve;
    });
    const send = await open(async (current) => {
      entered(current);
      await new Promise((_resolve, reject) =>
        current.signal.addEventListener("abort", () => reject(current.signal.reason)),
      );
      return { status: 200 };
    });
    const leave = new AbortController();
    const sent = send("/", { signal: leave.signal }).catch(() => undefined);
    const { signal } = await call;
    expect(signal.aborted).toBe(false);
    leave.abort();
    await expect.poll(() => signal.aborted).toBe(true);
    await sent;
  });

  test("a client that leaves a streamed reply ends the stream and aborts the call", async () => {
    let ended = false;
    let signal: AbortSignal | undefined;
    const send = await open((call) => {
      signal = call.signal;
      return {
        status: 200,
        body: (async function* () {
          try {
            for (;;) {
              yield new Uint8Array(1000);
              await new Promise((resolve) => setTimeout(resolve, 1));
            }
          } finally {
            ended = true;
          }
        })(),
      };
    });
    const reader = (await send("/")).body!.getReader();
    await reader.read();
    await reader.cancel();
    await expect.poll(() => [ended, signal?.aborted]).toEqual([true, true]);
  });

  test("a slow client slows the stream down instead of filling memory", async () => {
    let given = 0;
    const send = await open(() => ({
      status: 200,
      body: (async function* () {
        for (given = 0; given < 100_000; given++) yield new Uint8Array(10_000);
      })(),
    }));
    const reader = (await send("/")).body!.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(given).toBeLessThan(10_000);
    await reader.cancel();
  });

  test("bearer tokens name the principal, and nobody else gets in", async () => {
    const principal = { id: "trainer", kind: "service", roles: [], attributes: {} } as const;
    const authenticate = bearerTokens([{ token: "s3cret", principal }]);
    const send = await open(async (call) => {
      const who = await authenticate(call);
      return isReply(who) ? who : jsonReply(200, who.id);
    });
    const as = (authorization: string) => send("/", { headers: { authorization } });
    expect(await (await as("Bearer s3cret")).json()).toBe("trainer");
    for (const reply of [await send("/"), await as("Bearer s3cre"), await as("Basic s3cret")]) {
      expect([reply.status, reply.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
      expect((await reply.json()).error.code).toBe("UNAUTHENTICATED");
    }
  });
});

test("a request that breaks off in its body is UNAVAILABLE to the handler, not a short body", async () => {
  let outcome: Promise<unknown> | undefined;
  const { port } = await listen((call) => {
    outcome = readBody(call).catch((error: unknown) => error);
    return outcome.then(() => ({ status: 200 }));
  });
  const socket = connect(port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nonly this");
  await expect.poll(() => outcome !== undefined).toBe(true);
  socket.destroy();
  expect(await outcome).toMatchObject({ code: "UNAVAILABLE" });
});

test("an absolute request target is reduced to its path and query", async () => {
  const { port } = await listen((call) => jsonReply(200, [call.path, call.query.get("q")]));
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.on("data", (piece) => {
      received += piece.toString();
    });
    socket.on("end", () => resolve(received));
    socket.on("error", reject);
    socket.write("GET http://example.test/deep?q=1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  });
  expect(text).toContain('["/deep","1"]');
});

test("the Node shell gives plain arrays, since the slice of a Buffer is no copy", async () => {
  const kinds: string[] = [];
  const { url } = await listen(async (call) => {
    if (call.path === "/whole") kinds.push((await readBody(call)).constructor.name);
    else for await (const piece of call.body) kinds.push(piece.constructor.name);
    return { status: 200 };
  });
  for (const path of ["/whole", "/pieces"]) await fetch(url + path, { method: "POST", body: "x" });
  expect(kinds).toEqual(["Uint8Array", "Uint8Array"]);
});
