import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeStorage, type Storage } from "@millwright/core";
import { openLocalStorage } from "@millwright/core/local";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { describe, expect, onTestFinished, test } from "vitest";
import { startChild } from "../../../core/src/testing/test-support/kill/child.js";
import { RunStore } from "../runs/run-store.js";
import { storageSink } from "../sink/storage-sink.js";
import { createTracker } from "../tracker/create-tracker.js";

describe("a run that two processes end", () => {
  test("has the later end, and what both have logged", async () => {
    const directory = mkdtempSync(join(tmpdir(), "millwright-ends-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const storage = await openLocalStorage(directory);
    onTestFinished(() => storage.close());
    const tracker = createTracker({ storage, capture: false });
    const run = await tracker.startRun({ experiment: "e" });
    await run.flush();
    const child = startChild(new URL("../test-support/ending-twice.child.ts", import.meta.url), {
      directory,
      run: run.id,
    });
    let [output, errors] = ["", ""];
    child.stdout!.on("data", (data) => (output += data));
    child.stderr!.on("data", (data) => (errors += data));
    await once(child, "close");
    expect(errors).toBe("");
    expect(output).toContain("ended FAILED");
    expect(await tracker.getRun(run.id)).toMatchObject({ status: "FAILED", reason: "by the child" });
    // The first process knows nothing of it, logs on, and ends later.
    run.logMetric("parent", 2);
    expect(await run.end()).toMatchObject({
      status: "FINISHED",
      metrics: { child: { latest: { value: 1 } }, parent: { latest: { value: 2 } } },
    });
    expect((await tracker.getRun(run.id))?.reason).toBeUndefined();
  });

  test("keeps the later end when the earlier one is stored after it", async () => {
    let now = 1_800_000_000_000_000;
    const clock = { now: () => now, monotonic: () => now, sleep: () => new Promise<void>(() => {}) };
    const storage: Storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), clock });
    const [early, late] = [
      createTracker({ storage, capture: false }),
      createTracker({ storage, capture: false }),
    ];
    const first = await early.startRun({ experiment: "e" });
    await first.flush();
    const second = await late.resumeRun(first.id);
    now += 1_000;
    const endOfFirst = now;
    now += 1_000;
    expect((await second.end()).status).toBe("FINISHED");
    // The journal of a machine that was away.
    const sink = storageSink(new RunStore(storage));
    const operation = { kind: "end", run: first.id, status: "KILLED", time: endOfFirst } as const;
    expect(await sink.apply("j".repeat(32), [{ sequence: 1, operation }])).toEqual([]);
    expect(await late.getRun(first.id)).toMatchObject({ status: "FINISHED", endTime: now });
    await early.close();
  });
});

describe("a clock that is set back", () => {
  test("ends no run before it began, and loses no point and no end", async () => {
    let now = 1_800_000_000_000_000;
    const clock = { now: () => now, monotonic: () => now, sleep: () => new Promise<void>(() => {}) };
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), clock });
    const tracker = createTracker({ storage, capture: false });
    const run = await tracker.startRun({ experiment: "e" });
    run.logMetric("loss", 1, { step: 1 });
    now -= 3_600_000_000;
    run.logMetric("loss", 2, { step: 2 });
    const ended = await run.end();
    expect(ended.status).toBe("FINISHED");
    expect(ended.endTime).toBeGreaterThan(ended.startTime);
    expect(ended.metrics.loss?.latest).toEqual({ value: 2, step: 2n, time: now });
    expect([...(await tracker.getHistory(run.id, "loss")).values]).toEqual([1, 2]);
    now -= 3_600_000_000;
    const resumed = await tracker.resumeRun(run.id);
    await resumed.flush();
    expect(await tracker.getRun(run.id)).toMatchObject({ status: "RUNNING" });
    expect((await tracker.getRun(run.id))?.endTime).toBeUndefined();
    expect((await resumed.end({ status: "KILLED" })).status).toBe("KILLED");
  });
});
