import { composeStorage, type KvDriver, type Storage } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { terminalProgress } from "@millwright/core/progress";
import { beforeEach, describe, expect, test } from "vitest";
import { createTracker, type Tracker } from "../tracker/create-tracker.js";
import { syncRuns } from "./sync-runs.js";

let from: Storage;
let to: Storage;
let laptop: Tracker;
let team: Tracker;

beforeEach(() => {
  from = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  to = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  laptop = createTracker({ storage: from });
  team = createTracker({ storage: to });
});

const record = (experiment: string, points = 10): Promise<string> =>
  laptop.run({ experiment, name: "first", params: { depth: 4 }, tags: { a: "b" } }, (run) => {
    for (let step = 0; step < points; step++) run.logMetric("loss", 1 / (step + 1), { step });
    run.logMetric("odd", Number.NaN, { step: 2n ** 60n });
    run.logText("notes.txt", `notes of ${experiment}`);
    return run.id;
  });

describe("a sync", () => {
  test("brings runs as they are, and nothing twice", async () => {
    const id = await record("credit");
    await record("other");
    const progress: unknown[] = [];
    const first = await syncRuns({ from, to, onProgress: (step) => progress.push(step) });
    expect(first).toEqual({ runs: 2, points: 22, files: 2, refused: [] });
    expect(progress).toEqual([
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ]);
    expect(await team.getRun(id)).toEqual(await laptop.getRun(id));
    expect(await team.getHistory(id, "loss")).toEqual(await laptop.getHistory(id, "loss"));
    expect(await (await team.getArtifact(id, "notes.txt"))?.text()).toBe("notes of credit");
    expect(await syncRuns({ from, to })).toEqual({ runs: 2, points: 0, files: 0, refused: [] });
  });

  test("brings what has changed since", async () => {
    const run = await laptop.startRun({ experiment: "credit" });
    run.logMetric("loss", 1, { step: 1 });
    await run.flush();
    await syncRuns({ from, to });
    expect((await team.getRun(run.id))?.status).toBe("RUNNING");
    run.logMetric("loss", 2, { step: 2 });
    run.setTags({ later: "yes" });
    await run.end();
    expect(await syncRuns({ from, to })).toMatchObject({ points: 1 });
    expect(await team.getRun(run.id)).toEqual(await laptop.getRun(run.id));
    await from.tables.compact(["tracking", 1, "points", run.id]);
    expect(await syncRuns({ from, to })).toMatchObject({ points: 0 });
    expect([...(await team.getHistory(run.id, "loss")).values]).toEqual([1, 2]);
  });

  test("takes some runs, or those of an experiment, and leaves deleted ones", async () => {
    const ids = [await record("a"), await record("a"), await record("b")];
    await laptop.deleteRun(ids[0]!);
    expect((await syncRuns({ from, to, experiment: "a" })).runs).toBe(1);
    expect((await syncRuns({ from, to, runs: [ids[2]!] })).runs).toBe(1);
    expect(await team.getRun(ids[0]!)).toBeUndefined();
    await expect(syncRuns({ from, to, runs: ["nobody"] })).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  test("that breaks anywhere goes on when it is called again", async () => {
    const ids = [await record("a", 500), await record("b", 500)];
    const inner = memoryKv();
    let left = 0;
    const failing: KvDriver = {
      ...inner,
      async commit(commit) {
        if (left-- === 0) throw new Error("the line is down");
        return inner.commit(commit);
      },
    };
    const target = composeStorage({ kv: failing, blobs: memoryBlobs() });
    let breaks = 0;
    for (let calls = 0; ; calls++) {
      left = calls;
      try {
        await syncRuns({ from, to: target });
        break;
      } catch (error) {
        expect(error).toMatchObject({ message: "the line is down" });
        breaks++;
      }
    }
    expect(breaks).toBeGreaterThan(3);
    const other = createTracker({ storage: target });
    for (const id of ids) {
      expect(await other.getRun(id)).toEqual(await laptop.getRun(id));
      expect(await other.getHistory(id, "loss")).toEqual(await laptop.getHistory(id, "loss"));
    }
  });

  test("is shown by a progress line, as a retention is", async () => {
    for (let index = 0; index < 3; index++) await record("a");
    const writes: string[] = [];
    const stream = { isTTY: true, write: (text: string) => writes.push(text) };
    await syncRuns({ from, to, onProgress: terminalProgress({ label: "sync", stream }) });
    await team.pruneRuns({ keep: 1, onProgress: terminalProgress({ label: "prune", stream }) });
    const ends = writes.filter((text) => text.endsWith("\n"));
    expect(ends.map((text) => /\w+ +█+ +\d\/\d/.exec(text)?.[0].replace(/[ █]+/, " "))).toEqual([
      "sync 3/3",
      "prune 2/2",
    ]);
  });

  test("to where the runs are already brings nothing, and ends", async () => {
    const id = await record("a");
    const kv = memoryKv();
    const [one, same] = [0, 1].map(() => composeStorage({ kv, blobs: memoryBlobs() }));
    await syncRuns({ from, to: one! });
    const there = await createTracker({ storage: one! }).getHistory(id, "loss");
    for (const storage of [one!, same!])
      expect(await syncRuns({ from: one!, to: storage })).toEqual({
        runs: 1,
        points: 0,
        files: 0,
        refused: [],
      });
    expect(await createTracker({ storage: one! }).getHistory(id, "loss")).toEqual(there);
  });

  test("never takes back what has happened at the target since", async () => {
    const id = await record("a");
    await syncRuns({ from, to });
    const resumed = await team.resumeRun(id);
    await resumed.end({ status: "KILLED", reason: "by the team" });
    await laptop.deleteRun(id);
    await laptop.restoreRun(id);
    await syncRuns({ from, to });
    expect(await team.getRun(id)).toMatchObject({ status: "KILLED", reason: "by the team" });
  });

  test("says what the other side does not take", async () => {
    const id = await record("a");
    await syncRuns({ from, to });
    const resumed = await team.resumeRun(id);
    resumed.logParams({ width: 1 });
    await resumed.end();
    const again = await laptop.resumeRun(id);
    again.logParams({ width: 2 });
    await again.end();
    expect((await syncRuns({ from, to })).refused).toMatchObject([
      { run: id, error: { code: "PARAM_CHANGED" } },
    ]);
  });
});
