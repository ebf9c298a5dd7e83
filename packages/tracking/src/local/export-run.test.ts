import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeStorage, type Storage } from "@millwright/core";
import { openLocalStorage } from "@millwright/core/local";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTracker, type Tracker } from "../tracker/create-tracker.js";
import { exportRun } from "./index.js";

let parent = "";
let storage: Storage;
let tracker: Tracker;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "millwright-export-"));
  storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  tracker = createTracker({ storage, capture: false });
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const record = (): Promise<string> =>
  tracker.run({ experiment: "credit", params: { depth: 4 }, goals: { loss: "minimize" } }, async (run) => {
    for (let step = 0; step < 5_000; step++) run.logMetric("loss", 1 / (step + 1), { step });
    run.logText("notes.txt", "hello");
    await run.logModel("classifier", new TextEncoder().encode("weights"), { fileName: "model.onnx" });
    return run.id;
  });

test("a run can be exported into a directory, which is copied, opened elsewhere, and is the run as it was", async () => {
  const id = await record();
  const [directory, moved] = [join(parent, "run"), join(parent, "elsewhere", "run")];
  expect(await exportRun(id, directory, { storage })).toEqual({
    runs: 1,
    points: 5_000,
    files: 2,
    refused: [],
  });
  cpSync(directory, moved, { recursive: true });
  rmSync(directory, { recursive: true });
  const copy = await openLocalStorage(moved);
  const there = createTracker({ storage: copy, capture: false });
  const run = await there.getRun(id);
  expect(run).toEqual(await tracker.getRun(id));
  expect(await there.getHistory(id, "loss")).toEqual(await tracker.getHistory(id, "loss"));
  expect(await (await there.getArtifact(id, "notes.txt"))?.text()).toBe("hello");
  const model = `${run?.outputs[0]?.path}/model.onnx`;
  expect(await (await there.getArtifact(id, model))?.text()).toBe("weights");
  expect((await there.searchRuns({ filter: "metrics.loss < 0.1" })).total).toBe(1);
  await there.close();
  await copy.close();
});

test("a second export brings the directory up to date, and another run stands beside the first", async () => {
  const directory = join(parent, "run");
  const [id, other] = [await record(), await record()];
  await exportRun(id, directory, { storage });
  const resumed = await tracker.resumeRun(id);
  resumed.logMetric("loss", 0, { step: 5_000 });
  await resumed.end();
  expect(await exportRun(id, directory, { storage })).toMatchObject({ points: 1, files: 0 });
  await exportRun(other, directory, { storage });
  const copy = await openLocalStorage(directory);
  const there = createTracker({ storage: copy, capture: false });
  for (const run of [id, other]) expect(await there.getRun(run)).toEqual(await tracker.getRun(run));
  expect((await there.getRun(id))?.metrics.loss?.best?.value).toBe(0);
  await there.close();
  await copy.close();
});

test("what cannot be exported is refused before the directory is touched", async () => {
  const directory = join(parent, "run");
  const id = await record();
  await tracker.deleteRun(id);
  await expect(exportRun(id, directory, { storage })).rejects.toMatchObject({ code: "RUN_DELETED" });
  await expect(exportRun("nobody", directory, { storage })).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  await expect(exportRun(id, directory, {} as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(exportRun(id, "", { storage })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  const stopped = AbortSignal.abort(new Error("enough"));
  await tracker.restoreRun(id);
  await expect(exportRun(id, directory, { storage, signal: stopped })).rejects.toThrow("enough");
  expect(existsSync(directory)).toBe(false);
});
