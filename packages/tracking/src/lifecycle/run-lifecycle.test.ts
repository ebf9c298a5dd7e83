import { collectGarbage, composeStorage, digestOf, listReferences, type Storage } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { beforeEach, describe, expect, test } from "vitest";
import { createTracker, type Tracker } from "../tracker/create-tracker.js";

let storage: Storage;
let tracker: Tracker;
let now = 0;

beforeEach(() => {
  now = 1_800_000_000_000_000;
  const clock = { now: () => now, monotonic: () => now, sleep: () => new Promise<void>(() => {}) };
  storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), clock });
  tracker = createTracker({ storage });
});

const listed = async (experiment = "e"): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { id } of tracker.listRuns(experiment)) ids.push(id);
  return ids;
};

const record = (experiment = "e", files = 0): Promise<string> =>
  tracker.run({ experiment }, (run) => {
    run.logMetric("loss", 1);
    for (let index = 0; index < files; index++) run.logText(`files/${index}.txt`, `file ${index}`);
    now += 1_000_000;
    return run.id;
  });

describe("a deleted run", () => {
  test("is not listed and takes nothing more, until it is restored", async () => {
    const id = await record();
    await tracker.deleteRun(id);
    expect(await listed()).toEqual([]);
    expect((await tracker.getRun(id))?.deletedTime).toBe(now);
    await expect(tracker.resumeRun(id)).rejects.toMatchObject({ code: "RUN_DELETED" });
    await tracker.restoreRun(id);
    expect(await listed()).toEqual([id]);
    expect((await (await tracker.resumeRun(id)).end()).status).toBe("FINISHED");
  });

  test("refuses what another process logs to it", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    await run.flush();
    await createTracker({ storage }).deleteRun(run.id);
    run.logMetric("loss", 1);
    await expect(run.end()).rejects.toMatchObject({ code: "REFUSED", cause: { code: "RUN_DELETED" } });
  });
});

describe("a removed run", () => {
  test("leaves no key, no point and no file behind, however many it had", async () => {
    const kept = await record("e", 1);
    const keys = async (): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const { key } of storage.kv.list({ prefix: ["tracking"] })) found.push(key);
      // How far journals were applied, and which runs were changed, outlives the runs.
      return found.filter((key) => !/"applied"|"search"/.test(JSON.stringify(key)));
    };
    const before = await keys();
    const id = await record("e", 1_000);
    expect(await tracker.removeRun(id)).toBe(true);
    expect(await tracker.removeRun(id)).toBe(false);
    expect(await keys()).toEqual(before);
    expect(await tracker.getRun(id)).toBeUndefined();
    now += 3 * 86_400_000_000;
    await collectGarbage(storage);
    const blobs: string[] = [];
    for await (const { digest } of storage.blobs.list()) blobs.push(digest);
    expect(blobs).toEqual([digestOf("file 0")]);
    const owners: unknown[] = [];
    for await (const reference of listReferences(storage, digestOf("file 0"))) owners.push(reference);
    expect(owners).toHaveLength(1);
    expect(await (await tracker.getArtifact(kept, "files/0.txt"))?.text()).toBe("file 0");
  });
});

describe("retention", () => {
  test("removes by age and by number, of one experiment or of all, and says before what it would", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.push(await record("a"));
    const other = await record("b");
    const running = await tracker.startRun({ experiment: "a" });
    await running.flush();
    expect(await tracker.pruneRuns({ experiment: "a", keep: 3, dryRun: true })).toHaveLength(3);
    expect(await listed("a")).toHaveLength(6);
    const removed = await tracker.pruneRuns({ experiment: "a", keep: 3 });
    expect([...removed].sort()).toEqual(ids.slice(0, 3));
    now += 10_000_000;
    expect([...(await tracker.pruneRuns({ olderThan: "5s" }))].sort()).toEqual(
      [...ids.slice(3), other, running.id].sort(),
    );
  });

  test("can be of deleted runs alone", async () => {
    const [kept, deleted] = [await record(), await record()];
    await tracker.deleteRun(deleted!);
    now += 86_400_000_000;
    expect(await tracker.pruneRuns({ olderThan: "1h", deletedOnly: true })).toEqual([deleted]);
    expect(await listed()).toEqual([kept]);
  });

  test("needs a rule", async () => {
    await expect(tracker.pruneRuns({})).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(tracker.pruneRuns({ keep: -1 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
