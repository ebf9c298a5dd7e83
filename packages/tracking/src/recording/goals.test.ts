import { composeStorage, type Storage } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { beforeEach, expect, test } from "vitest";
import { syncRuns } from "../sync/sync-runs.js";
import { createTracker, type Tracker } from "../tracker/create-tracker.js";

let storage: Storage;
let tracker: Tracker;

beforeEach(() => {
  storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  tracker = createTracker({ storage, capture: false });
});

const losses = [0.9, Number.NaN, 0.4, 0.6, 0.4, Number.POSITIVE_INFINITY];

test("a metric with a goal keeps its best point, whether the goal was said before or after the points", async () => {
  const id = await tracker.run({ experiment: "e", goals: { loss: "minimize" } }, async (run) => {
    for (const [step, loss] of losses.entries())
      run.logMetrics({ loss, auc: 1 - loss, other: loss }, { step, time: step });
    await run.flush();
    run.setGoals({ auc: "maximize", neverLogged: "minimize" });
    return run.id;
  });
  const { metrics, goals } = (await tracker.getRun(id))!;
  expect(metrics.loss?.best).toEqual({ value: 0.4, step: 2n, time: 2 });
  expect(metrics.auc?.best).toEqual({ value: 0.6, step: 2n, time: 2 });
  expect(metrics.auc).toMatchObject({ maximum: 0.6, maximumAt: { step: 2n, time: 2 } });
  expect(metrics.other).not.toHaveProperty("best");
  expect(goals).toEqual({ loss: "minimize", auc: "maximize", neverLogged: "minimize" });
});

test("a metric of NaN alone has no best point", async () => {
  const id = await tracker.run({ experiment: "e", goals: { loss: "minimize" } }, (run) => {
    run.logMetric("loss", Number.NaN);
    return run.id;
  });
  expect((await tracker.getRun(id))?.metrics.loss).not.toHaveProperty("best");
});

test("the last goal counts, and later points are held against it, also after a resume", async () => {
  const id = await tracker.run({ experiment: "e", goals: { score: "minimize" } }, (run) => {
    run.logSeries("score", [3, 1, 2]);
    run.setGoals({ score: "maximize" });
    return run.id;
  });
  const resumed = await tracker.resumeRun(id);
  resumed.logMetric("score", 5, { step: 7, time: 7 });
  expect((await resumed.end()).metrics.score?.best).toEqual({ value: 5, step: 7n, time: 7 });
});

test("a sync and a fork take goals and best points along", async () => {
  const id = await tracker.run({ experiment: "e", goals: { loss: "minimize" } }, (run) => {
    run.logSeries("loss", losses, { times: losses.map((_, index) => index) });
    return run.id;
  });
  const to = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  await syncRuns({ from: storage, to });
  expect(await createTracker({ storage: to }).getRun(id)).toEqual(await tracker.getRun(id));
  const fork = await tracker.forkRun(id, { step: 1, goals: { auc: "maximize" } });
  const { goals, metrics } = await fork.end();
  expect(goals).toEqual({ loss: "minimize", auc: "maximize" });
  expect(metrics.loss?.best).toEqual({ value: 0.9, step: 0n, time: 0 });
});

test("a run with ten thousand metrics keeps the best point of each", async () => {
  const keys = Array.from({ length: 10_000 }, (_, index) => `layer/${index}`);
  const goals = Object.fromEntries(keys.map((key) => [key, "minimize" as const]));
  const run = await tracker.startRun({ experiment: "e", goals });
  for (const step of [0, 1])
    run.logMetrics(Object.fromEntries(keys.map((key, index) => [key, index - step])), { step });
  const { metrics } = await run.end();
  expect(metrics["layer/9999"]?.best).toMatchObject({ value: 9_998, step: 1n });
  expect(Object.values(metrics).every(({ best }) => best?.step === 1n)).toBe(true);
});

test.each<[string, unknown]>([
  ["goals", null],
  ["goals.loss", "lower"],
  ["goals.", "minimize"],
])("a wrong %s is refused at once, and sets nothing", async (path, goal) => {
  const goals = path === "goals" ? goal : { ok: "minimize", [path.slice("goals.".length)]: goal };
  const refused = expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path } });
  const run = await tracker.startRun({ experiment: "e" });
  expect(() => run.setGoals(goals as never)).toThrow(refused);
  expect((await run.end()).goals).toEqual({});
  await expect(tracker.startRun({ experiment: "e", goals: goals as never })).rejects.toEqual(refused);
});
