import { composeStorage, coreError, digestOf, type KvDriver, type Storage } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createTracker, type Tracker } from "../tracker/create-tracker.js";

let storage: Storage;
let tracker: Tracker;
let failing = false;

beforeEach(() => {
  failing = false;
  const inner = memoryKv();
  const kv: KvDriver = {
    ...inner,
    async commit(commit) {
      if (failing) throw coreError("STORAGE_FULL", "the disk is full");
      return inner.commit(commit);
    },
  };
  storage = composeStorage({ kv, blobs: memoryBlobs() });
  tracker = createTracker({ storage });
});

async function references(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key, expiresAt } of storage.kv.list({ prefix: ["ref"] }))
    if (expiresAt === undefined) found.push(String(key[1]));
  return found;
}

describe("names that every object has", () => {
  test.each(["constructor", "toString", "hasOwnProperty"])("%s names what it names", async (name) => {
    const run = await tracker.startRun({ experiment: "e", params: { depth: 1 } });
    run.logMetric(name, 1);
    run.logParams({ [name]: 2 });
    run.setTags({ [name]: "tag" });
    await run.flush();
    run.logMetric(name, 2, { step: 1 });
    const info = await run.end();
    expect(info.metrics[name]).toMatchObject({ latest: { value: 2 }, first: { value: 1 } });
    expect([info.params[name], info.tags[name]]).toEqual([2, "tag"]);
    expect(await tracker.getArtifact(run.id, name)).toBeUndefined();
  });

  test("__proto__ is refused, since records cannot hold it", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    expect(() => run.logMetric("__proto__", 1)).toThrow(refused);
    expect(() => run.setTags(JSON.parse('{"__proto__":"x"}'))).toThrow(refused);
    expect(() => run.logParams(JSON.parse('{"__proto__":1}'))).toThrow(refused);
    await run.end();
  });
});

describe("what cannot be stored is refused at once, and does not hold up the rest", () => {
  test.each<[string, object]>([
    ["a digest", { name: "d", digest: "md5:1" }],
    ["a number of rows", { name: "d", digest: digestOf("x"), rows: -1 }],
    ["a source", { name: "d", digest: digestOf("x"), source: "\ud800" }],
    ["columns", { name: "d", digest: digestOf("x"), columns: [{ name: () => 1 }] }],
  ])("%s of a dataset", async (_, reference) => {
    const run = await tracker.startRun({ experiment: "e" });
    expect(() => run.logDataset(reference as never)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
    await expect(run.end()).resolves.toMatchObject({ status: "FINISHED" });
  });

  test("half of a series or of several metrics is not logged", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    expect(() => run.logSeries("loss", [1, "2" as never])).toThrow("a metric is a number");
    expect(() => run.logSeries("loss", [1, 2], { steps: [0, 0.5] })).toThrow("step");
    expect(() => run.logMetrics({ auc: 1, ks: null as never })).toThrow("a metric is a number");
    expect((await run.end()).metrics).toEqual({});
  });

  test("a status that there is none of", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    await expect(run.end({ status: "DONE" as never })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(run.end()).resolves.toMatchObject({ status: "FINISHED" });
  });

  test("the message of an error that is no Unicode ends the run all the same", async () => {
    let id = "";
    const running = tracker.run({ experiment: "e" }, (run) => {
      id = run.id;
      throw new Error("bad text \ud800");
    });
    await expect(running).rejects.toThrow("bad text");
    expect(await tracker.getRun(id)).toMatchObject({ status: "FAILED", reason: "bad text \ufffd" });
  });
});

describe("ending", () => {
  test("waits for artifacts that are on their way", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    async function* slow(): AsyncGenerator<Uint8Array> {
      await gate;
      yield Uint8Array.of(1);
    }
    const logged = run.logArtifact("model.onnx", slow());
    const ended = run.end();
    expect(() => run.logMetric("late", 1)).toThrow(expect.objectContaining({ code: "RUN_ENDED" }));
    release();
    await logged;
    expect(Object.keys((await ended).artifacts)).toEqual(["model.onnx"]);
  });

  test("with an artifact that fails still ends", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    async function* torn(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error("torn");
    }
    const logged = run.logArtifact("model.onnx", torn());
    const ended = run.end();
    await expect(logged).rejects.toThrow("torn");
    expect(await ended).toMatchObject({ status: "FINISHED", artifacts: {} });
  });

  test("that could not be stored keeps its status, takes nothing more, and is stored by the next end", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    run.logMetric("loss", 1);
    failing = true;
    await expect(run.end({ status: "KILLED", reason: "by hand" })).rejects.toMatchObject({
      code: "NOT_STORED",
      cause: { code: "STORAGE_FULL" },
    });
    expect(() => run.logMetric("loss", 2)).toThrow(expect.objectContaining({ code: "RUN_ENDED" }));
    failing = false;
    await run[Symbol.asyncDispose]();
    expect(await tracker.getRun(run.id)).toMatchObject({ status: "KILLED", reason: "by hand" });
  });
});

test("flush waits for an artifact that was logged before, and rejects when its signal aborts", async () => {
  const run = await tracker.startRun({ experiment: "e" });
  const logged = run.logArtifact("a.txt", "hello");
  await run.flush();
  expect(Object.keys((await tracker.getRun(run.id))?.artifacts ?? {})).toEqual(["a.txt"]);
  await logged;
  const hanging = run.logArtifact("b.txt", new ReadableStream({}), { signal: AbortSignal.timeout(50) });
  hanging.catch(() => {});
  const controller = new AbortController();
  const flushing = run.flush({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(flushing).rejects.toThrow("enough");
  await expect(hanging).rejects.toMatchObject({ name: "TimeoutError" });
  await run.end();
});

test("an artifact that takes the place of another releases it", async () => {
  const run = await tracker.startRun({ experiment: "e" });
  await run.logArtifact("a.txt", "one");
  await run.flush();
  await run.logArtifact("a.txt", "two");
  await run.flush();
  await run.logArtifact("a.txt", "two");
  await run.end();
  expect(await references()).toEqual([digestOf("two")]);
});

test("more artifacts than fit into one commit are all stored", async () => {
  const run = await tracker.startRun({ experiment: "e" });
  await Promise.all(Array.from({ length: 1_100 }, (_, index) => run.logArtifact(`${index}.txt`, `${index}`)));
  expect(Object.keys((await run.end()).artifacts)).toHaveLength(1_100);
});

test("the same dataset logged twice is kept once", async () => {
  const run = await tracker.startRun({ experiment: "e" });
  const reference = { name: "applications", digest: digestOf("x") };
  run.logDataset(reference);
  run.logDataset(reference);
  expect((await run.end()).datasets).toHaveLength(1);
});

test("a listener that throws harms nobody", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  try {
    const listening = createTracker({
      storage,
      onError: () => {
        throw new Error("a bad listener");
      },
    });
    const run = await listening.startRun({ experiment: "e" });
    failing = true;
    run.logSeries("loss", new Float64Array(65_536));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const running = listening.run.bind(listening);
    failing = false;
    await expect(
      running({ experiment: "e" }, () => {
        failing = true;
        throw new Error("the body");
      }),
    ).rejects.toThrow("the body");
    expect(unhandled).not.toHaveBeenCalled();
    failing = false;
    await run.end();
  } finally {
    process.off("unhandledRejection", unhandled);
  }
});
