import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeStorage, createIdentifierHex } from "@millwright/core";
import { openLocalStorage } from "@millwright/core/local";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { describe, expect, onTestFinished, test } from "vitest";
import { startChild } from "../../../core/src/testing/test-support/kill/child.js";
import { processIdentity } from "../capture/process-identity.js";
import { createTracker } from "../index.js";
import { RunStore } from "../runs/run-store.js";
import { storageSink } from "../sink/storage-sink.js";

const child = new URL("../test-support/ending.child.ts", import.meta.url);

/** Runs the child to its end; gives how it ended and what a tracker then says of its run. */
async function endOf(how: string, signal?: NodeJS.Signals) {
  const directory = mkdtempSync(join(tmpdir(), "millwright-ending-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const process = startChild(child, { directory, how });
  let output = "";
  process.stdout!.on("data", (data) => {
    output += data;
    if (signal !== undefined && /[0-9a-f]{32}\n/.test(output)) process.kill(signal);
  });
  const [code, killedBy] = (await once(process, "close")) as [number | null, string | null];
  const storage = await openLocalStorage(directory);
  const tracker = createTracker({ storage });
  const run = await tracker.getRun(/[0-9a-f]{32}/.exec(output)![0]);
  const log = await (await tracker.getArtifact(run!.id, "console/output.log").catch(() => undefined))?.text();
  await storage.close();
  return { code, killedBy, run: run!, log };
}

describe("the status of a run whose process ends", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "by %s is KILLED, and the process ends by the signal",
    async (signal) => {
      const { killedBy, run, log } = await endOf("wait", signal);
      expect(killedBy).toBe(signal);
      expect(run).toMatchObject({ status: "KILLED", reason: signal });
      expect(run.metrics.loss?.first.value).toBe(0.5);
      expect(log).toContain("epoch 1, token=***");
    },
  );

  test.each([
    ["error", "no such column"],
    ["rejection", "nobody waits for this"],
  ])("by an uncaught %s is FAILED with its message", async (how, message) => {
    const { code, run } = await endOf(how);
    expect(code).toBe(1);
    expect(run.status).toBe("FAILED");
    expect(run.reason).toContain(message);
  });

  test("by SIGKILL is FAILED as soon as somebody looks on that machine", async () => {
    const { killedBy, run } = await endOf("wait", "SIGKILL");
    expect(killedBy).toBe("SIGKILL");
    expect(run).toMatchObject({ status: "FAILED", reaped: true });
  });
});

describe("a run that says RUNNING", () => {
  let now = 1_800_000_000_000_000;
  const clock = { now: () => now, monotonic: () => now, sleep: () => new Promise<void>(() => {}) };
  const newTracker = () => {
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), clock });
    const sink = storageSink(new RunStore(storage));
    return { sink, tracker: createTracker({ storage }) };
  };
  const run = createIdentifierHex();
  const create = (process: ReturnType<typeof processIdentity>) =>
    ({ sequence: 1, operation: { kind: "create", run, experiment: "e", time: now, process } }) as const;

  test("is stale when its process is gone, or, where that cannot be seen, after 90 s of silence", async () => {
    const { sink, tracker } = newTracker();
    await sink.apply("j".repeat(32), [create({ ...processIdentity()!, startTicks: 1, startTime: 1 })]);
    expect(await tracker.getRun(run)).toMatchObject({ status: "RUNNING", stale: true });
    const other = newTracker();
    await other.sink.apply("j".repeat(32), [create({ host: "elsewhere", pid: 1, startTime: 1 })]);
    expect((await other.tracker.getRun(run))?.stale).toBeUndefined();
    now += 91_000_000;
    expect((await other.tracker.getRun(run))?.stale).toBe(true);
    const alive = { sequence: 2, operation: { kind: "alive", run, time: now } } as const;
    await other.sink.apply("j".repeat(32), [alive]);
    expect((await other.tracker.getRun(run))?.stale).toBeUndefined();
  });

  test("is ended on request, and goes on if its process comes back", async () => {
    const { sink, tracker } = newTracker();
    await sink.apply("j".repeat(32), [create({ host: "elsewhere", pid: 1, startTime: 1 })]);
    now += 3_600_000_000;
    expect(await tracker.reapRuns({ after: "2h" })).toEqual([]);
    expect(await tracker.reapRuns()).toEqual([run]);
    expect(await tracker.getRun(run)).toMatchObject({ status: "FAILED", reaped: true });
    await sink.apply("j".repeat(32), [{ sequence: 2, operation: { kind: "alive", run, time: now } }]);
    const back = await tracker.getRun(run);
    expect([back?.status, back?.reason, back?.endTime, back?.reaped]).toEqual([
      "RUNNING",
      undefined,
      undefined,
      undefined,
    ]);
  });
});
