import { concatBytes, digestOf, type StructuredValue, toCanonicalJson } from "@millwright/core";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { PointBuffer } from "../metrics/point-buffer.js";
import { encodeOperation } from "../operations/encode.js";
import { RunStore } from "../runs/run-store.js";
import { createTracker } from "../tracker/create-tracker.js";
import { ada, create, headers, type Served, serve } from "./test-support/served.js";
import { encodeFrames } from "./wire.js";

const run = "a".repeat(32);
const other = "b".repeat(32);
const journal = "1".repeat(32);
const binary = { ...headers, "content-type": "application/octet-stream" };

let served: Served;

beforeEach(() => {
  served = serve();
});

interface Answer {
  readonly status: number;
  readonly body: {
    readonly applied?: number;
    readonly refused?: readonly { readonly sequence: number; readonly code: string }[];
    readonly error?: {
      readonly code: string;
      readonly message: string;
      readonly details: Record<string, unknown>;
    };
  };
}

async function send(path: string, init: RequestInit = {}, to = served): Promise<Answer> {
  const response = await to.ask(new Request(`http://tracking.test/base/v1${path}`, { headers, ...init }));
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

const post = (
  body: Uint8Array<ArrayBuffer>,
  query = `journal=${journal}&first=1`,
  to = served,
): Promise<Answer> => send(`/operations?${query}`, { method: "POST", headers: binary, body }, to);

/** A frame of JSON, whatever the JSON is. */
function frame(value: StructuredValue): Uint8Array {
  const json = new TextEncoder().encode(toCanonicalJson(value));
  return concatBytes([Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), json]);
}

const applied = async (to = served): Promise<number | undefined> =>
  (await send(`/applied?journal=${journal}`, {}, to)).body.applied;

describe("a request", () => {
  test("without credentials is 401, and of no known route 404", async () => {
    expect((await send(`/applied?journal=${journal}`, { headers: {} })).status).toBe(401);
    expect(await send("/runs")).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
    expect((await send(`/operations?journal=${journal}&first=1`)).status).toBe(404);
  });

  test.each([
    "first=1",
    "journal=../x&first=1",
    `journal=${"A".repeat(32)}&first=1`,
    `journal=${journal}`,
    `journal=${journal}&first=0`,
    `journal=${journal}&first=1.5`,
    `journal=${journal}&first=-1`,
    `journal=${journal}&first=9007199254740993`,
    `journal=${journal}&first=NaN`,
  ])("with the query %s is 400", async (query) => {
    const answer = await post(encodeFrames([encodeOperation(create(run))]), query);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "INVALID_ARGUMENT" } } });
  });

  test("that a form of a foreign page could send is 400", async () => {
    const body = encodeFrames([encodeOperation(create(run))]);
    for (const type of [undefined, "text/plain", "application/x-www-form-urlencoded"]) {
      const types: Record<string, string> = type === undefined ? {} : { "content-type": type };
      const init = { method: "POST", headers: { ...headers, ...types }, body };
      expect((await send(`/operations?journal=${journal}&first=1`, init)).status).toBe(400);
    }
  });

  test("of a later version is 415 PROTOCOL_TOO_NEW", async () => {
    const later = encodeFrames([encodeOperation(create(run))]);
    later[0] = 2;
    const frameOfLater = encodeOperation(create(run));
    frameOfLater[0] = 99;
    for (const body of [later, encodeFrames([frameOfLater])])
      expect(await post(body)).toMatchObject({ status: 415, body: { error: { code: "PROTOCOL_TOO_NEW" } } });
  });

  test("that is too long is 413, whether it says so or not", async () => {
    served = serve({ bodyLimit: 100 });
    const body = encodeFrames([encodeOperation(create(run, "e".repeat(200)))]);
    const path = `/operations?journal=${journal}&first=1`;
    const stream = new Blob([body]).stream();
    const streamed = { method: "POST", headers: binary, body: stream, duplex: "half" } as RequestInit;
    for (const answer of [await post(body), await send(path, streamed)])
      expect(answer).toMatchObject({ status: 413, body: { error: { code: "LIMIT_EXCEEDED" } } });
    served = serve();
    const many = encodeFrames(Array.from({ length: 10_001 }, () => Uint8Array.of()));
    expect(await post(many)).toMatchObject({ status: 413, body: { error: { code: "LIMIT_EXCEEDED" } } });
  });

  test("that leaves some out is 409 SEQUENCE_GAP, and says where to go on", async () => {
    await post(encodeFrames([encodeOperation(create(run))]));
    const answer = await post(encodeFrames([encodeOperation(create(other))]), `journal=${journal}&first=3`);
    expect(answer).toMatchObject({
      status: 409,
      body: { error: { code: "SEQUENCE_GAP", details: { applied: 1 } } },
    });
    expect(await applied()).toBe(1);
    expect(await new RunStore(served.storage).find(other)).toBeUndefined();
  });
});

describe("of a body that is malformed nothing is applied", () => {
  test("cut anywhere", async () => {
    const whole = encodeFrames([
      encodeOperation(create(run)),
      encodeOperation({ kind: "tags", run, tags: { a: "b" } }),
    ]);
    // Where the first operation ends a whole one is left.
    const firstEnd = 1 + 4 + encodeOperation(create(run)).length;
    for (let length = 0; length < whole.length; length++) {
      if (length === 1 || length === firstEnd) continue;
      expect((await post(whole.slice(0, length))).status).toBe(400);
    }
    expect(await applied()).toBe(0);
    expect(await new RunStore(served.storage).find(run)).toBeUndefined();
  });

  test("of any bytes, or with a length that promises gigabytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 2, maxLength: 80 }), async (bytes) => {
        const { status } = await post(new Uint8Array(bytes));
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }),
    );
    expect((await post(Uint8Array.of(1, 255, 255, 255, 255, 0))).status).toBe(400);
    expect(await applied()).toBe(0);
  });

  const points = (...keys: string[]): Uint8Array => {
    const buffer = new PointBuffer();
    for (const key of keys) buffer.add(key, 1, 1n, 1);
    return encodeOperation({ kind: "points", run, points: buffer.toBatch() });
  };
  const content = new TextEncoder().encode("hello");
  const digest = digestOf(content);
  const file = { kind: "artifact", run, path: "a.txt", digest, size: 5 } as const;
  const bad: Record<string, Uint8Array> = {
    "an unknown kind": frame({ kind: "drop", run }),
    "a kind that every object has": frame({ kind: "constructor", run }),
    "a run that is no id": frame({ kind: "alive", run: "../x", time: 1 }),
    "a run in capitals": frame({ kind: "alive", run: "A".repeat(32), time: 1 }),
    "no experiment": frame({ kind: "create", run, time: 1 }),
    "a long experiment": frame({ kind: "create", run, experiment: "e".repeat(501), time: 1 }),
    "a parent that is no id": frame({ kind: "create", run, experiment: "e", parent: "p", time: 1 }),
    "a time with a fraction": frame({ kind: "create", run, experiment: "e", time: 1.5 }),
    "a time without end": frame({ kind: "alive", run, time: Number.POSITIVE_INFINITY }),
    "a process without a number": frame({
      kind: "resume",
      run,
      time: 1,
      process: { host: "h", startTime: 1 },
    }),
    "params that are no object": frame({ kind: "params", run, params: [1] }),
    "nested params": frame({ kind: "params", run, params: { a: { b: 1 } } }),
    "a param of null": frame({ kind: "params", run, params: { a: null } }),
    "a long param": frame({ kind: "params", run, params: { a: "x".repeat(6_001) } }),
    "a tag that is a number": frame({ kind: "tags", run, tags: { a: 1 } }),
    "a tag named __proto__": frame({ kind: "tags", run, tags: JSON.parse('{"__proto__":"x"}') }),
    "a dataset without a digest": frame({ kind: "inputs", run, datasets: [{ name: "d" }] }),
    "datasets that are none": frame({ kind: "inputs", run, datasets: "all" }),
    "a path that leaves": frame({ ...file, path: "../a" }),
    "an absolute path": frame({ ...file, path: "/a" }),
    "a path with an encoded part": frame({ ...file, path: "%2e%2e/a" }),
    "a size below 0": frame({ ...file, size: -1 }),
    "a digest that is none": frame({ ...file, digest: "sha256:1" }),
    "content of another digest": encodeOperation({ ...file, digest: digestOf("other"), content }),
    "content of another size": encodeOperation({ ...file, size: 4, content }),
    "content that is text": frame({ ...file, content: "hello" }),
    "a goal that is none": frame({ kind: "goals", run, goals: { loss: "down" } }),
    "an output that is none": frame({ kind: "outputs", run, outputs: [{ kind: "model" }] }),
    "a status of none": frame({ kind: "end", run, status: "RUNNING", time: 1 }),
    "a reason that is no text": frame({ kind: "end", run, status: "FAILED", reason: { a: 1 }, time: 1 }),
    "points in JSON": frame({ kind: "points", run, points: { rows: 2 ** 31, columns: {} } }),
    "points of a metric with a long name": points("k".repeat(251)),
    "points of a metric without a name": points(""),
  };

  test.each(Object.entries(bad))("with %s behind one that is right", async (_name, wrong) => {
    const answer = await post(encodeFrames([encodeOperation(create(run)), wrong]));
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: { code: "INVALID_ARGUMENT", details: { path: expect.stringMatching(/^operations\[1\]/) } },
      },
    });
    expect(await applied()).toBe(0);
    expect(await new RunStore(served.storage).find(run)).toBeUndefined();
  });

  test("whatever an operation says, it is refused or leaves a run that can be read", async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.double(),
      fc.bigInt(),
      fc.constantFrom(run, digest, "FAILED", 5),
    );
    const key = fc.constantFrom(
      ...["experiment", "name", "params", "tags", "datasets", "path", "digest", "size", "content", "outputs"],
      ...["goals", "process", "time", "status", "reason", "points", "parent", "actor"],
    );
    const kinds = ["create", "points", "params", "tags", "inputs", "artifact", "outputs", "goals"];
    const kind = fc.constantFrom(...kinds, "resume", "alive", "end");
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        kind,
        fc.dictionary(key, fc.oneof(value, fc.dictionary(fc.constantFrom("a", "loss"), value))),
        async (kindOfOne, fields) => {
          const to = serve();
          let wrong: Uint8Array;
          try {
            wrong = frame({ time: 1, ...fields, kind: kindOfOne, run } as StructuredValue);
          } catch {
            return; // Of lone surrogates there is no JSON.
          }
          const { status } = await post(encodeFrames([encodeOperation(create(run)), wrong]), undefined, to);
          expect([200, 400]).toContain(status);
          if (status === 200) taken++;
          const tracker = createTracker({ storage: to.storage });
          expect(await tracker.getRun(run)).toEqual(status === 200 ? expect.anything() : undefined);
          await tracker.searchRuns({ filter: "metrics.loss < 1 AND tags.a = 'b' AND params.a = '1'" });
        },
      ),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(10);
  });
});

describe("a file that is sent alone", () => {
  const put = (query: string, body: string | ReadableStream, to = served): Promise<Answer> =>
    send(`/content?${query}`, { method: "PUT", headers: binary, body, duplex: "half" } as RequestInit, to);
  const digest = digestOf("hello");

  async function blobs(): Promise<number> {
    let count = 0;
    for await (const _ of served.storage.blobs.list()) count++;
    return count;
  }

  test("is stored if it is what was promised, and else not at all, also if the store has it", async () => {
    const wrong = [
      await put(`digest=${digest}&size=5`, "jello"),
      await put(`digest=${digest}&size=5`, "hell"),
      await put(`digest=${digest}&size=4`, "hello"),
    ];
    for (const answer of wrong)
      expect(answer).toMatchObject({ status: 422, body: { error: { code: "DIGEST_MISMATCH" } } });
    expect((await put(`digest=md5:1&size=5`, "hello")).status).toBe(400);
    expect((await put(`digest=${digest}`, "hello")).status).toBe(400);
    expect(await blobs()).toBe(0);
    expect((await put(`digest=${digest}&size=5`, "hello")).status).toBe(200);
    expect(await blobs()).toBe(1);
    // Nobody can refer to what he only knows the digest of.
    expect((await put(`digest=${digest}&size=5`, "")).status).toBe(422);
  });

  test("that breaks off on the way is not stored", async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("hel")),
      pull: (controller) => controller.error(new TypeError("the client has gone")),
    });
    expect((await put(`digest=${digest}&size=5`, body)).status).toBe(500); // Nobody is left to read it.
    expect(await blobs()).toBe(0);
  });

  test("is 413 when it is too large, whether it says so or not", async () => {
    served = serve({ contentLimit: 4 });
    expect((await put(`digest=${digest}&size=5`, "hello")).status).toBe(413);
    const stream = new Blob(["hello"]).stream();
    expect((await put(`digest=${digest}&size=4`, stream)).status).toBe(422);
    expect(await blobs()).toBe(0);
  });

  test("must be there when an operation names it; only that operation is refused", async () => {
    const file = { kind: "artifact", run, path: "a.txt", digest, size: 5 } as const;
    const operations = [create(run), file, { kind: "tags", run, tags: { a: "b" } } as const].map(
      encodeOperation,
    );
    expect((await post(encodeFrames(operations))).body).toMatchObject({
      applied: 3,
      refused: [{ sequence: 2, code: "CONTENT_MISSING" }],
    });
    await put(`digest=${digest}&size=5`, "hello");
    const again = await post(encodeFrames([encodeOperation(file)]), `journal=${journal}&first=4`);
    expect(again.body).toMatchObject({ applied: 4, refused: [] });
    const stored = await new RunStore(served.storage).find(run);
    expect(stored?.value).toMatchObject({ artifacts: { "a.txt": { digest } }, tags: { a: "b" } });
  });
});

describe("who may write", () => {
  test("is asked for each run, with what is stored of it before what is said of it", async () => {
    const asked: unknown[] = [];
    served = serve({
      authorize: (_principal, action, { name, attributes }) => {
        asked.push([action, name, attributes]);
        return { allowed: attributes?.experiment !== "secret", reason: "" };
      },
    });
    const inside = createTracker({ storage: served.storage, actor: { ...ada, id: "bob" }, capture: false });
    const closed = await inside.run({ experiment: "secret" }, ({ id }) => id);
    const forged = encodeFrames([
      encodeOperation(create(run, "open")),
      encodeOperation(create(closed, "open")),
      encodeOperation({ kind: "tags", run: closed, tags: { hacked: "yes" } }),
    ]);
    expect(await post(forged)).toMatchObject({ status: 403, body: { error: { code: "PERMISSION_DENIED" } } });
    expect(asked).toEqual([
      ["run.write", run, { experiment: "open", actor: "ada" }],
      ["run.write", closed, { experiment: "secret", actor: "bob" }],
    ]);
    expect(await applied()).toBe(0);
    expect(await inside.getRun(run)).toBeUndefined();
    expect((await inside.getRun(closed))?.tags).toEqual({});
  });

  test("is the actor of a run, whatever its operation says", async () => {
    const forged = { ...create(run), actor: "root" };
    await post(encodeFrames([encodeOperation(forged)]));
    expect((await new RunStore(served.storage).find(run))?.value.actor).toBe("ada");
  });

  test("pages of other origins may not, unless they are named; errors too say so to them", async () => {
    served = serve({ origins: ["https://app.example"] });
    const ask = (origin: string, method: string): Promise<Response> =>
      served.ask(
        new Request(`http://tracking.test/base/v1/operations?journal=${journal}&first=1`, {
          method,
          headers: {
            origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "x-a",
          },
        }),
      );
    const preflight = await ask("https://app.example", "OPTIONS");
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(preflight.headers.get("access-control-allow-headers")).toBe("x-a");
    const answer = await ask("https://app.example", "POST");
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([
      401,
      "https://app.example",
    ]);
    const foreign = await ask("https://evil.example", "OPTIONS");
    expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([404, null]);
  });
});
