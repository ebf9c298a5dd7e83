import { memoryJournals } from "@millwright/core/memory";
import { describe, expect, test } from "vitest";
import { create, headers, lineTo, serve, url } from "../ingest/test-support/served.js";
import type { Operation, PlacedOperation } from "../operations/operation.js";
import { RunStore } from "../runs/run-store.js";
import { createRecorder } from "../tracker/create-recorder.js";
import { type HttpSinkOptions, httpSink } from "./index.js";

const run = "a".repeat(32);
const journal = "1".repeat(32);
const retry = { attempts: 3, pause: 1 };

const placed = (...operations: Operation[]): PlacedOperation[] =>
  operations.map((operation, index) => ({ sequence: index + 1, operation }));

/** A server that answers what it is told to, one answer after the other, and the requests that it got. */
function answering(...answers: (() => Response | Promise<Response>)[]) {
  const requests: Request[] = [];
  const send: typeof fetch = async (input, init) => {
    requests.push(new Request(input, init));
    return answers[Math.min(requests.length, answers.length) - 1]!();
  };
  return { requests, fetch: send };
}

const json =
  (status: number, value: unknown, more: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(value), { status, headers: more });
const failed = () => Promise.reject(new TypeError("fetch failed"));
const unavailable = json(503, {
  error: { code: "UNAVAILABLE", message: "busy", details: {}, retryable: true },
});

describe("the address", () => {
  test.each(["", "tracking", "ftp://a.test", "https://user:secret@a.test"])("%j is refused", (address) => {
    expect(() => httpSink({ url: address })).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test("is the name, without query and slash at its end", () => {
    expect(httpSink({ url: "https://a.test/tracking/?x=1#y" }).name).toBe("https://a.test/tracking");
  });
});

describe("a request", () => {
  test("is made again when no answer comes, or that of a busy server", async () => {
    const { requests, fetch } = answering(failed, unavailable, json(200, { applied: 7 }));
    expect(await httpSink({ url, fetch, retry }).appliedSequence(journal)).toBe(7);
    expect(requests).toHaveLength(3);
  });

  test("is UNAVAILABLE after the last attempt", async () => {
    const { requests, fetch } = answering(failed);
    const sink = httpSink({ url, fetch, retry });
    await expect(sink.appliedSequence(journal)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("http://tracking.test/base cannot be reached: fetch failed"),
    });
    expect(requests).toHaveLength(3);
    const proxy = answering(() => new Response("<h1>Bad Gateway</h1>", { status: 502 }));
    await expect(httpSink({ url, ...proxy, retry }).appliedSequence(journal)).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
  });

  test("waits as long as a busy server asks for", async () => {
    const slept: number[] = [];
    const clock = {
      now: () => 0,
      monotonic: () => 0,
      sleep: async (micros: number) => void slept.push(micros),
    };
    const busy = () => new Response("slow down", { status: 429, headers: { "retry-after": "7" } });
    const { fetch } = answering(busy, json(200, { applied: 0 }));
    // Without an end of its own: the clock sleeps no time.
    await httpSink({ url, fetch, retry, clock: { ...clock, sleep: sleepOf(clock.sleep) } }).appliedSequence(
      journal,
    );
    expect(slept).toEqual([7_000_000]);
  });

  test.each([
    [401, "UNAUTHENTICATED"],
    [403, "PERMISSION_DENIED"],
    [413, "LIMIT_EXCEEDED"],
    [404, "INTERNAL"],
  ])("answered with %i by somebody else is %s, and is not made again", async (status, code) => {
    const { requests, fetch } = answering(() => new Response("no", { status }));
    await expect(httpSink({ url, fetch, retry }).appliedSequence(journal)).rejects.toMatchObject({ code });
    expect(requests).toHaveLength(1);
  });

  test("that is answered with something else than JSON is INTERNAL", async () => {
    const { fetch } = answering(() => new Response("<html>"));
    await expect(httpSink({ url, fetch }).appliedSequence(journal)).rejects.toMatchObject({
      code: "INTERNAL",
    });
  });

  test("asks for its headers each time, and sends no body as what a form could send", async () => {
    const { requests, fetch } = answering(failed, json(200, { applied: 1, refused: [] }));
    let token = 0;
    const sink = httpSink({
      url,
      fetch,
      retry,
      headers: async () => ({ authorization: `Bearer ${++token}` }),
    });
    await sink.apply(journal, placed(create(run)));
    expect(requests.map((request) => request.headers.get("authorization"))).toEqual(["Bearer 1", "Bearer 2"]);
    expect(requests[0]!.headers.get("content-type")).toBe("application/octet-stream");
  });

  test("that hangs counts as lost after a time, and ends when its caller gives up", async () => {
    const hanging: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason), { once: true });
      });
    const options: HttpSinkOptions = { url, fetch: hanging, retry: { attempts: 1 } };
    await expect(httpSink({ ...options, timeout: "5ms" }).appliedSequence(journal)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("no answer came within 0.005 s"),
    });
    const reason = new Error("enough");
    const abort = new AbortController();
    const asked = httpSink(options).appliedSequence(journal, { signal: abort.signal });
    abort.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });

  test("has at most 512 KiB, unless one operation alone has more", async () => {
    const sizes: number[] = [];
    const served = serve();
    const counting: typeof fetch = (input, init) => {
      if (init?.body instanceof Uint8Array) sizes.push(init.body.length);
      return lineTo(served)(input, init);
    };
    const tags = (value: string): Operation => ({ kind: "tags", run, tags: { [value[0]!]: value } });
    const operations = [create(run), ...Array.from({ length: 300 }, () => tags("x".repeat(8_000)))];
    const content = new Uint8Array(1_000_000);
    const digest = "sha256:d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025";
    operations.push({ kind: "artifact", run, path: "a", digest, size: content.length, content });
    await httpSink({ url, headers, fetch: counting }).apply(journal, placed(...operations));
    expect(sizes.length).toBeGreaterThan(4);
    expect(sizes.filter((size) => size > 512 * 1024 + 2_001 * 4)).toHaveLength(1);
    expect((await new RunStore(served.storage).find(run))?.value.artifacts.a?.digest).toBe(digest);
  });
});

describe("a recorder", () => {
  const recording = (fetch: typeof globalThis.fetch, more = {}) =>
    createRecorder({
      sink: httpSink({ url, headers, fetch, retry: { attempts: 1 } }),
      capture: false,
      ...more,
    });

  test("sends in the background, and tells what goes wrong there", async () => {
    const served = serve();
    const errors: unknown[] = [];
    let isDown = true;
    const fetch = lineTo(served, () => (isDown ? 503 : undefined));
    const recorder = recording(fetch, { onError: (error: unknown) => errors.push(error) });
    const { id, end } = await recorder.startRun({ experiment: "e" });
    await expect.poll(() => errors.length, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(errors[0]).toMatchObject({ code: "UNAVAILABLE" });
    isDown = false;
    await expect
      .poll(() => new RunStore(served.storage).find(id), { timeout: 20_000 })
      .toMatchObject({ value: { status: "RUNNING" } });
    expect((await end()).status).toBe("FINISHED");
    await recorder.close();
  });

  test("tells by flush what the server refuses", async () => {
    const served = serve();
    const recorder = recording(lineTo(served));
    const active = await recorder.startRun({ experiment: "e", params: { depth: 1 } });
    await active.flush();
    const runs = new RunStore(served.storage);
    const entry = (await runs.get(active.id))!;
    const atomic = served.storage.kv.atomic();
    await runs.write(atomic, { ...entry.value, deletedTime: 5 }, entry);
    await atomic.commit();
    active.logMetric("loss", 1);
    await expect(active.flush()).rejects.toMatchObject({ code: "REFUSED", cause: { code: "RUN_DELETED" } });
    await recorder.close();
  });

  test("syncs its journal before it says that what it could not send is kept", async () => {
    const order: string[] = [];
    const inner = memoryJournals();
    const journals: typeof inner = {
      ...inner,
      async open(name, options) {
        const opened = await inner.open(name, options);
        return Object.create(opened, {
          sync: { value: async () => void order.push("sync") },
          id: { value: opened.id },
          durability: { value: opened.durability },
          lastSequence: { get: () => opened.lastSequence },
        }) as typeof opened;
      },
    };
    const recorder = recording(
      lineTo(serve(), () => "before"),
      { journals },
    );
    const active = await recorder.startRun({ experiment: "e" });
    await active.flush().catch(({ code }: { code: string }) => order.push(code));
    expect(order).toEqual(["sync", "NOT_STORED"]);
    await recorder.close();
  });

  test("leaves alone what was recorded for another server", async () => {
    const journals = memoryJournals();
    const lost = recording(
      lineTo(serve(), () => "before"),
      { journals },
    );
    await (await lost.startRun({ experiment: "e" })).end().catch(() => {});
    await lost.close();
    const served = serve();
    const sink = httpSink({ url: "http://tracking.test/base/../base2", headers, fetch: lineTo(served) });
    const other = createRecorder({ sink, journals });
    await other.recover();
    expect(await journals.list()).toHaveLength(1);
    await other.close();
  });

  test("ends FAILED when its body throws, and needs a sink", async () => {
    const served = serve();
    const recorder = recording(lineTo(served));
    let id = "";
    const error = new Error("no data");
    await expect(
      recorder.run({ experiment: "e" }, (active) => {
        id = active.id;
        throw error;
      }),
    ).rejects.toBe(error);
    expect((await new RunStore(served.storage).find(id))?.value).toMatchObject({
      status: "FAILED",
      reason: "no data",
    });
    await recorder.close();
    expect(() => createRecorder({} as never)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

/** Sleeps no time between attempts, and for ever where a request is timed. */
function sleepOf(sleep: (micros: number) => Promise<void>) {
  return (micros: number): Promise<void> => (micros === 60_000_000 ? new Promise(() => {}) : sleep(micros));
}
