import {
  collectGarbage,
  composeStorage,
  createIdentifierHex,
  digestOf,
  type Storage,
} from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { processIdentity } from "../../capture/process-identity.js";
import { createTracker, syncRuns } from "../../index.js";
import { RunStore } from "../../runs/run-store.js";
import { storageSink } from "../../sink/storage-sink.js";
import type { TestBackend } from "../backends/test-backend.js";
import { runsNow } from "./naive-search.js";
import { arbitraryAction, openTrackers, RandomHistory } from "./random-history.js";

/** What tracking does on every backend: what was recorded by some trackers reads back equal by another. */
export function recordingCases(create: () => Promise<TestBackend>, histories: number): void {
  const openings = async (count: number): Promise<Storage[]> => {
    const backend = await create();
    onTestFinished(() => backend.remove());
    const storages: Storage[] = [];
    while (storages.length < count) storages.push(await backend.open());
    return storages;
  };
  const journalsOf = async (storage: Storage): Promise<string[]> =>
    (await storage.journals.list()).filter((name) => name.startsWith("tracking."));

  test("whatever two trackers record, resume, fork, delete, restore and remove reads back equal by a third", async () => {
    const storages = await openings(3);
    let history = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryAction, { minLength: 20, maxLength: 60 }), async (actions) => {
        const [first, second, third] = storages.map((storage) => storage.namespace(`h${history}`));
        history++;
        const trackers = openTrackers([first!, second!, third!]);
        const random = new RandomHistory(trackers.slice(0, 2));
        for (const action of actions) await random.act(action);
        await random.verify(trackers[2]!);
        for (const tracker of trackers) await tracker.close();
        expect(await journalsOf(third!)).toEqual([]);
      }),
      { numRuns: histories, endOnFailure: true },
    );
  });

  test("a long history, a large file and many runs go through one journal", async () => {
    const [storage, elsewhere] = await openings(2);
    const tracker = createTracker({ storage: storage!, capture: false });
    const runs = await Promise.all(
      Array.from({ length: 25 }, (_, index) => tracker.startRun({ experiment: "e", params: { index } })),
    );
    const values = Float64Array.from({ length: 20_000 }, (_, index) => Math.sin(index));
    for (const run of runs) run.logSeries("loss", values.subarray(0, 2_000));
    runs[0]!.logSeries("long", values);
    const bytes = Uint8Array.from({ length: 5_000_000 }, (_, index) => (index * 7) & 0xff);
    const file = await runs[0]!.logArtifact("model.bin", new Blob([bytes]).stream());
    for (const run of runs) await run.end();
    const reader = createTracker({ storage: elsewhere!, capture: false });
    expect(file.digest).toBe(digestOf(bytes));
    const content = await reader.getArtifact(runs[0]!.id, "model.bin");
    expect(digestOf(await content!.bytes())).toBe(file.digest);
    expect(sameNumbers((await reader.getHistory(runs[0]!.id, "long")).values, values)).toBe(true);
    for (const [index, { id }] of runs.entries()) {
      expect(await reader.getRun(id)).toMatchObject({ status: "FINISHED", params: { index } });
      expect(sameNumbers((await reader.getHistory(id, "loss")).values, values.subarray(0, 2_000))).toBe(true);
    }
    await tracker.close();
    await reader.close();
  });

  test("a run whose process is gone is stale, is reaped, and goes on if it comes back", async () => {
    const [storage, elsewhere] = await openings(2);
    const sink = storageSink(new RunStore(storage!));
    const [here, there] = [createIdentifierHex(), createIdentifierHex()];
    const time = storage!.clock.now() - 3_600_000_000;
    const gone = { ...processIdentity()!, startTicks: 1, startTime: 1 };
    const remote = { host: "elsewhere", pid: 1, startTime: 1 };
    await sink.apply("a".repeat(32), [
      { sequence: 1, operation: { kind: "create", run: here, experiment: "e", time, process: gone } },
      { sequence: 2, operation: { kind: "create", run: there, experiment: "e", time, process: remote } },
    ]);
    const tracker = createTracker({ storage: elsewhere!, capture: false });
    expect(await tracker.getRun(here)).toMatchObject({ status: "RUNNING", stale: true });
    expect(await tracker.reapRuns({ after: "2h" })).toEqual([here]);
    expect(await tracker.reapRuns({ after: "30m" })).toEqual([there]);
    expect((await tracker.searchRuns({ filter: "status = 'FAILED'" })).total).toBe(2);
    const tags = { kind: "tags", run: there, tags: { back: "yes" } } as const;
    expect(await sink.apply("a".repeat(32), [{ sequence: 3, operation: tags }])).toEqual([]);
    expect(await tracker.getRun(there)).toMatchObject({ status: "RUNNING", tags: { back: "yes" } });
    expect((await tracker.searchRuns({ filter: "status = 'FAILED'" })).runs.map(({ id }) => id)).toEqual([
      here,
    ]);
    await tracker.close();
  });

  test("what is pruned is gone with its points and files, and what is kept is whole", async () => {
    const [storage, elsewhere] = await openings(2);
    const tracker = createTracker({ storage: storage!, capture: false });
    const ids: string[] = [];
    for (let index = 0; index < 4; index++) {
      const body = { experiment: "e", name: `n${index}` };
      await tracker.run(body, (run) => {
        ids.push(run.id);
        run.logMetric("loss", index);
        run.logText("own.txt", `of ${index}`);
        run.logText("shared.txt", "of all");
      });
    }
    const other = createTracker({ storage: elsewhere!, capture: false });
    expect((await other.pruneRuns({ experiment: "e", keep: 1 })).sort()).toEqual(ids.slice(0, 3));
    await collectGarbage(elsewhere!, { grace: "1h" });
    expect((await runsNow(storage!)).map(({ id }) => id)).toEqual([ids[3]]);
    for (const id of ids.slice(0, 3)) {
      await expect(tracker.getHistory(id, "loss")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
      for await (const _ of storage!.tables.scan(["tracking", 1, "points", id]))
        expect.fail("points are left");
    }
    expect(await (await tracker.getArtifact(ids[3]!, "shared.txt"))!.text()).toBe("of all");
    expect([...(await tracker.getHistory(ids[3]!, "loss")).values]).toEqual([3]);
    await tracker.close();
    await other.close();
  });

  test("a sync brings runs here and away again, once", async () => {
    const [storage, elsewhere] = await openings(2);
    const laptop = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    const tracker = createTracker({ storage: laptop, capture: false });
    for (let index = 0; index < 3; index++)
      await tracker.run({ experiment: "e", params: { index } }, (run) => {
        run.logSeries("loss", Float64Array.of(3, Number.NaN, 1));
        run.logText("notes.txt", `of ${index}`);
      });
    expect(await syncRuns({ from: laptop, to: storage! })).toMatchObject({
      runs: 3,
      points: 9,
      files: 3,
      refused: [],
    });
    expect(await syncRuns({ from: laptop, to: elsewhere! })).toMatchObject({ points: 0, files: 0 });
    const back = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    await syncRuns({ from: elsewhere!, to: back });
    for (const target of [elsewhere!, back]) expect(await runsNow(target)).toEqual(await runsNow(laptop));
    for (const target of [laptop, back]) await target.close();
  });
}

/** Faster than a matcher by orders of magnitude. */
function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
}
