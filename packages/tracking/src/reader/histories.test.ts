import { composeStorage, createRandom, type Storage } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { beforeEach, describe, expect, test } from "vitest";
import { reportRuns } from "../comparison/index.js";
import { downsample } from "../metrics/downsample.js";
import { createTracker, type Tracker } from "../tracker/create-tracker.js";

let storage: Storage;
let tracker: Tracker;
let scans: number;
let scansNow: number;
let mostScansAtOnce: number;

beforeEach(() => {
  storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  [scans, scansNow, mostScansAtOnce] = [0, 0, 0];
  const { tables } = storage;
  const counted: Storage["tables"] = {
    ...tables,
    async *scan(...request) {
      scans++;
      mostScansAtOnce = Math.max(mostScansAtOnce, ++scansNow);
      try {
        for await (const one of tables.scan(...request)) {
          await new Promise((resolve) => setImmediate(resolve));
          yield one;
        }
      } finally {
        scansNow--;
      }
    },
  };
  tracker = createTracker({ storage: { ...storage, tables: counted }, capture: false });
});

const random = createRandom(11);

/** A run with these curves, 2,000 points each, some of which are no finite numbers. */
const record = (keys: readonly string[]): Promise<string> =>
  tracker.run({ experiment: "e" }, (run) => {
    for (let step = 0; step < 2_000; step++)
      for (const key of keys) {
        const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][step % 97];
        run.logMetric(key, odd ?? random.next(), { step: 2n ** 60n + BigInt(step), time: 1e15 + step });
      }
    return run.id;
  });

describe("many histories", () => {
  test("are those that would be read one by one, in the order of runs and keys", async () => {
    const ids = [await record(["loss", "auc", "other"]), await record(["auc"]), await record([])];
    const runs = [ids[1]!, ids[2]!, ids[0]!, ids[1]!];
    const found = await tracker.getHistories({ runs, keys: ["loss", "auc", "none"] });
    expect(found.map(({ run, key }) => [run, key])).toEqual([
      [ids[1], "auc"],
      [ids[0], "loss"],
      [ids[0], "auc"],
    ]);
    for (const { run, ...history } of found)
      expect(history).toEqual(await tracker.getHistory(run, history.key));
    expect(found[0]!.steps[0]).toBe(2n ** 60n);
    expect([...found[0]!.values.subarray(0, 3)]).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    const all = await tracker.getHistories({ runs: ids });
    expect(all.map(({ key }) => key)).toEqual(["auc", "loss", "other", "auc"]);
  });

  test.each(["minmax", "lttb"] as const)(
    "are thinned in the reader, as downsample does it: %s",
    async (method) => {
      const id = await record(["loss", "auc"]);
      const found = await tracker.getHistories({ runs: [id], points: 100, method });
      expect(found).toHaveLength(2);
      for (const { run, ...history } of found) {
        const whole = await tracker.getHistory(run, history.key);
        expect(history).toEqual(downsample(whole, 100, method));
        expect(history.values.length).toBeLessThanOrEqual(100);
        expect(await tracker.getHistory(run, history.key, { points: 100, method })).toEqual(history);
      }
      expect(await tracker.getHistory(id, "loss", { points: 100 })).toEqual(
        downsample(await tracker.getHistory(id, "loss"), 100, "minmax"),
      );
    },
  );

  test("are what a report draws", async () => {
    const id = await record(["loss"]);
    const run = (await tracker.getRun(id))!;
    const histories = await tracker.getHistories({ runs: [id], points: 50 });
    expect(reportRuns({ runs: [run], histories })).toContain("Curves");
  });

  test("cost one scan a run, of at most eight runs at once, and none where there is nothing to read", async () => {
    const runs: string[] = [];
    for (let index = 0; index < 20; index++)
      runs.push(
        await tracker.run({ experiment: "e" }, (run) => {
          run.logMetrics({ [index % 2 === 0 ? "a" : "b"]: index, c: 1 });
          return run.id;
        }),
      );
    scans = 0;
    expect(await tracker.getHistories({ runs, keys: ["a", "c"] })).toHaveLength(30);
    expect([scans, mostScansAtOnce]).toEqual([20, 8]);
    scans = 0;
    expect(await tracker.getHistories({ runs, keys: ["b"] })).toHaveLength(10);
    expect(scans).toBe(10);
  });

  test("say which runs there are not, before anything is read", async () => {
    const id = await record(["loss"]);
    scans = 0;
    const runs = ["nobody", id, ...Array.from({ length: 6 }, (_, index) => `no${index}`)];
    await expect(tracker.getHistories({ runs, keys: ["loss"] })).rejects.toMatchObject({
      code: "RUN_NOT_FOUND",
      message: "there is no run nobody, no0, no1, no2, no3 and 2 more",
      details: { runs: runs.filter((run) => run !== id) },
    });
    expect(scans).toBe(0);
  });

  test("refuse what they do not understand", async () => {
    const id = await record(["loss"]);
    for (const [path, options] of [
      ["runs", {}],
      ["runs", { runs: [] }],
      ["runs[1]", { runs: [id, 7] }],
      ["keys", { runs: [id], keys: [] }],
      ["keys[0]", { runs: [id], keys: [""] }],
      ["points", { runs: [id], points: 4 }],
      ["points", { runs: [id], points: Number.NaN }],
      ["method", { runs: [id], points: 10, method: "mean" }],
    ] as const)
      await expect(tracker.getHistories(options as never), path).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        details: { path },
      });
    await expect(tracker.getHistory(id, "loss", { points: 2 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  test("stop when they are told to, and when one cannot be read", async () => {
    const runs = [await record(["loss"]), await record(["loss"])];
    const reason = new Error("enough");
    await expect(tracker.getHistories({ runs, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await storage.tables.close();
    await expect(tracker.getHistories({ runs })).rejects.toMatchObject({ code: "CLOSED" });
  });
});
