import { type BlobDriver, composeStorage, coreError, type KvDriver, type Storage } from "@millwright/core";
import { columnFrom } from "@millwright/core/columns";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { beforeEach, describe, expect, test } from "vitest";
import { createTracker, type Tracker } from "./create-tracker.js";

let storage: Storage;
let tracker: Tracker;
let failing = false;

function unreliable(driver: KvDriver): KvDriver {
  return {
    ...driver,
    async commit(commit) {
      if (failing) throw coreError("STORAGE_FULL", "the disk is full");
      return driver.commit(commit);
    },
  };
}

beforeEach(() => {
  failing = false;
  const blobs: BlobDriver = memoryBlobs();
  storage = composeStorage({ kv: unreliable(memoryKv()), blobs });
  tracker = createTracker({ storage });
});

describe("a run with a function", () => {
  test("ends FINISHED with everything that was logged, and gives the result", async () => {
    const id = await tracker.run(
      {
        experiment: "credit",
        name: "first",
        params: { learningRate: 0.1, optimizer: { betas: [0.9, 0.99] } },
        tags: { team: "risk" },
      },
      async (run) => {
        for (const [step, loss] of [0.7, 0.5, 0.6].entries()) run.logMetric("loss", loss, { step });
        run.logMetrics({ auc: 0.78, ks: Number.NaN }, { step: 3 });
        run.logParams({ depth: 4 });
        run.setTags({ team: "fraud" });
        run.logDataset(
          { rows: 2, columns: { x: columnFrom("float64", [1, null]) } },
          { name: "applications", role: "training" },
        );
        await run.logArtifact("notes/readme.txt", "hello");
        return run.id;
      },
    );
    const run = await tracker.getRun(id);
    expect(run).toMatchObject({
      id,
      experiment: "credit",
      name: "first",
      status: "FINISHED",
      params: { learningRate: 0.1, "optimizer.betas.0": 0.9, "optimizer.betas.1": 0.99, depth: 4 },
      tags: { team: "fraud" },
      metrics: {
        loss: {
          latest: { value: 0.6, step: 2n },
          first: { value: 0.7, step: 0n },
          minimum: 0.5,
          maximum: 0.7,
        },
        auc: { latest: { value: 0.78, step: 3n } },
        ks: { latest: { value: Number.NaN } },
      },
      datasets: [
        { name: "applications", role: "training", rows: 2, digest: expect.stringMatching(/^sha256:/) },
      ],
      artifacts: { "notes/readme.txt": { size: 5 } },
    });
    expect(run?.metrics.ks).not.toHaveProperty("minimum");
    expect(run!.endTime).toBeGreaterThanOrEqual(run!.startTime);
    expect(await (await tracker.getArtifact(id, "notes/readme.txt"))?.text()).toBe("hello");
    expect(await tracker.getArtifact(id, "other.txt")).toBeUndefined();
  });

  test("ends FAILED with the message when the function throws, and throws the same error", async () => {
    const error = new Error("out of memory");
    let id = "";
    const attempt = tracker.run({ experiment: "credit" }, (run) => {
      id = run.id;
      run.logMetric("loss", 1);
      throw error;
    });
    await expect(attempt).rejects.toBe(error);
    expect(await tracker.getRun(id)).toMatchObject({
      status: "FAILED",
      reason: "out of memory",
      metrics: { loss: { minimum: 1 } },
    });
  });

  test("is FAILED when it is aborted", async () => {
    const controller = new AbortController();
    let id = "";
    const attempt = tracker.run({ experiment: "credit", signal: controller.signal }, async (run) => {
      id = run.id;
      controller.abort(new Error("enough"));
      await new Promise(() => {});
    });
    await expect(attempt).rejects.toThrow("enough");
    expect((await tracker.getRun(id))?.status).toBe("FAILED");
  });
});

describe("a run without a function", () => {
  test("is FAILED if its scope is left before end()", async () => {
    let id = "";
    {
      await using run = await tracker.startRun({ experiment: "credit" });
      id = run.id;
    }
    expect(await tracker.getRun(id)).toMatchObject({ status: "FAILED", reason: "scope left before end()" });
  });

  test("can be ended once, by any number of calls, and takes nothing after it", async () => {
    const run = await tracker.startRun({ experiment: "credit" });
    const [first, second] = await Promise.all([run.end(), run.end({ status: "FAILED" })]);
    expect([first.status, second.status]).toEqual(["FINISHED", "FINISHED"]);
    expect(() => run.logMetric("loss", 1)).toThrow(expect.objectContaining({ code: "RUN_ENDED" }));
    await expect(run.logArtifact("a", "b")).rejects.toMatchObject({ code: "RUN_ENDED" });
  });
});

describe("metrics", () => {
  test("come back bit for bit, as a set in the order of steps, times and values", async () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 5e-324];
    const steps = [3, 1, 2n ** 62n, -5, 1, -(2n ** 63n)];
    const id = await tracker.run({ experiment: "e" }, (run) => {
      run.logSeries("m", values, { steps, times: steps.map(() => 7) });
      run.logSeries("m", values, { steps, times: steps.map(() => 7) });
      return run.id;
    });
    const history = await tracker.getHistory(id, "m");
    expect([...history.steps]).toEqual([-(2n ** 63n), -5n, 1n, 1n, 3n, 2n ** 62n]);
    expect([...history.values]).toEqual([
      5e-324,
      -0,
      0,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
    ]);
    expect([...history.times]).toEqual([7, 7, 7, 7, 7, 7]);
    expect((await tracker.getHistory(id, "other")).values).toHaveLength(0);
  });

  test("a hundred thousand points are all there, over several flushes", async () => {
    const count = 100_000;
    const id = await tracker.run({ experiment: "e" }, async (run) => {
      for (let step = 0; step < count; step++) {
        run.logMetric(step % 2 === 0 ? "even" : "odd", step, { step });
        if (step % 40_000 === 0) await run.flush();
      }
      return run.id;
    });
    const even = await tracker.getHistory(id, "even");
    expect(even.values).toHaveLength(count / 2);
    expect(even.values.every((value, index) => value === 2 * index)).toBe(true);
  });

  test.each<[string, unknown, object]>([
    ["key", 1, { key: "" }],
    ["key", 1, { key: "x".repeat(251) }],
    ["key", 1, { key: "a\nb" }],
    ["m", "1", {}],
    ["m", true, {}],
    ["m", null, {}],
    ["step", 1, { step: 1.5 }],
    ["step", 1, { step: 2n ** 63n }],
    ["time", 1, { time: "yesterday" }],
  ])("a wrong %s throws at once", async (path, value, { key = "m", ...options }: { key?: string }) => {
    const run = await tracker.startRun({ experiment: "e" });
    expect(() => run.logMetric(key, value as number, options)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path } }),
    );
    expect((await run.end()).metrics).toEqual({});
  });
});

describe("parameters", () => {
  test("keep their type and their first value", async () => {
    const run = await tracker.startRun({
      experiment: "e",
      params: { seed: 7n, fast: true, name: "x", rate: 0.5 },
    });
    run.logParams({ seed: 7n });
    expect(() => run.logParams({ other: 1, rate: 0.6 })).toThrow(
      expect.objectContaining({ code: "PARAM_CHANGED" }),
    );
    expect((await run.end()).params).toEqual({ seed: 7n, fast: true, name: "x", rate: 0.5 });
  });

  test.each([
    [{ a: { b: 1 }, "a.b": 2 }, "a.b"],
    [{ a: () => 1 }, "a"],
    [{ a: new Date(0) }, "a"],
    [{ a: "x".repeat(6_001) }, "a"],
  ])("refuses %o", async (params, path) => {
    const attempt = tracker.startRun({ experiment: "e", params: params as never });
    await expect(attempt).rejects.toMatchObject({ code: "INVALID_ARGUMENT", details: { path } });
  });
});

describe("artifacts", () => {
  test.each(["../x", "/x", "a//b", "a/./b", "a\\b", "c:x", "%2e%2e/x", "a\0b", ""])(
    "the path %o is refused",
    async (path) => {
      const run = await tracker.startRun({ experiment: "e" });
      await expect(run.logArtifact(path, "x")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await run.end();
    },
  );

  test("a stream that fails half way leaves no artifact", async () => {
    async function* broken() {
      yield new Uint8Array(10);
      throw new Error("torn");
    }
    const run = await tracker.startRun({ experiment: "e" });
    await expect(run.logArtifact("a", broken())).rejects.toThrow("torn");
    expect((await run.end()).artifacts).toEqual({});
  });
});

describe("a storage that fails", () => {
  test("is reported by flush; nothing is lost, and the next flush stores it once", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    run.logMetric("loss", 1, { step: 1, time: 1 });
    failing = true;
    await expect(run.flush()).rejects.toMatchObject({
      code: "NOT_STORED",
      cause: { code: "STORAGE_FULL" },
    });
    run.logMetric("loss", 2, { step: 2, time: 2 });
    await expect(run.end()).rejects.toMatchObject({
      code: "NOT_STORED",
      cause: { code: "STORAGE_FULL" },
    });
    failing = false;
    expect((await run.end()).status).toBe("FINISHED");
    expect([...(await tracker.getHistory(run.id, "loss")).values]).toEqual([1, 2]);
  });

  test("does not turn a finished function into a failed run", async () => {
    let id = "";
    const attempt = tracker.run({ experiment: "e" }, (run) => {
      id = run.id;
      failing = true;
    });
    await expect(attempt).rejects.toMatchObject({
      code: "NOT_STORED",
      cause: { code: "STORAGE_FULL" },
    });
    failing = false;
    expect((await tracker.getRun(id))?.status).toBe("FINISHED");
  });
});

test("the runs of an experiment are listed from the newest, with a cursor that goes on", async () => {
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) ids.push(await tracker.run({ experiment: "a" }, (run) => run.id));
  await tracker.run({ experiment: "b" }, () => {});
  const listing = tracker.listRuns("a", { limit: 2 });
  const first: string[] = [];
  for await (const run of listing) first.push(run.id);
  const rest: string[] = [];
  for await (const run of tracker.listRuns("a", { cursor: listing.cursor })) rest.push(run.id);
  expect([...first, ...rest]).toEqual(ids.reverse());
  expect(first).toHaveLength(2);
});

test("a parent is the id of a run", async () => {
  await expect(tracker.startRun({ experiment: "e", parent: "nobody" })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    details: { path: "parent" },
  });
  const parent = await tracker.run({ experiment: "e" }, (run) => run.id);
  const child = await tracker.run({ experiment: "e", parent }, (run) => run.id);
  expect((await tracker.getRun(child))?.parent).toBe(parent);
});

test("a child of a run that is still active can be recorded by another tracker", async () => {
  const run = await tracker.startRun({ experiment: "e" });
  const other = createTracker({ storage });
  run.logMetric("a", 1);
  const child = await other.run({ experiment: "e", parent: run.id }, (started) => started.id);
  expect((await run.end()).metrics.a?.latest.value).toBe(1);
  expect(await other.getRun(child)).toMatchObject({ status: "FINISHED", parent: run.id });
});

test("names and paths as long as they may be, of wide characters, fit", async () => {
  const experiment = "実".repeat(500);
  const path = "験".repeat(500);
  const id = await tracker.run({ experiment, name: "運".repeat(500) }, async (run) => {
    await run.logArtifact(path, "x");
    return run.id;
  });
  for await (const run of tracker.listRuns(experiment)) expect(run.artifacts).toHaveProperty([path]);
  expect(await (await tracker.getArtifact(id, path))?.text()).toBe("x");
});

describe("a fork", () => {
  test("goes on from what a run had been at a step, and says so", async () => {
    const origin = await tracker.run(
      { experiment: "e", name: "first", params: { depth: 4, rate: 0.1 } },
      (run) => {
        for (let step = 0; step < 10; step++) run.logMetrics({ loss: step, auc: 1 - step }, { step });
        return run.id;
      },
    );
    const fork = await tracker.forkRun(origin, { step: 4, params: { rate: 0.2 }, tags: { why: "slower" } });
    fork.logMetric("loss", 99, { step: 5 });
    const run = await fork.end();
    expect(run).toMatchObject({
      experiment: "e",
      name: "first",
      params: { depth: 4, rate: 0.2 },
      tags: { why: "slower", "millwright.fork.run": origin, "millwright.fork.step": "4" },
    });
    expect([...(await tracker.getHistory(fork.id, "loss")).values]).toEqual([0, 1, 2, 3, 4, 99]);
    expect([...(await tracker.getHistory(fork.id, "auc")).values]).toEqual([1, 0, -1, -2, -3]);
    expect(run.metrics.auc?.latest.step).toBe(4n);
    expect((await tracker.getHistory(origin, "loss")).values).toHaveLength(10);
  });

  test("of nothing, or at no step, is refused", async () => {
    await expect(tracker.forkRun("nobody")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    await expect(tracker.forkRun("nobody", { step: 0.5 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});
