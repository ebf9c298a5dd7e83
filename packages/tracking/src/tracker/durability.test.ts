import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BlobDriver,
  composeStorage,
  coreError,
  type Journal,
  type JournalDriver,
  type KvDriver,
  type Storage,
} from "@millwright/core";
import { localJournals, openLocalStorage } from "@millwright/core/local";
import { memoryBlobs, memoryJournals, memoryKv } from "@millwright/core/memory";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTracker } from "./create-tracker.js";

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "millwright-durability-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The journals of a process that was killed: its locks are gone, and nothing more is drained. */
function abandoned(storage: Storage): Storage {
  const journals: JournalDriver = {
    ...storage.journals,
    open: async (name, options) => {
      const journal = await storage.journals.open(name, options);
      return new Proxy(journal, {
        get: (target, property) => {
          if (property === "read") return never;
          const value = target[property as keyof Journal];
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };
  return { ...storage, journals };
}

/** It stands for a process that is gone. */
async function* never(): AsyncGenerator<never, void, void> {
  await new Promise(() => {});
}

const tracked = async (storage: Storage): Promise<string[]> =>
  (await storage.journals.list()).filter((name) => name.startsWith("tracking."));

describe("durability", () => {
  test("is that of a journal where the storage has one on a disk, and no more is promised elsewhere", async () => {
    const local = await openLocalStorage(directory);
    expect((await createTracker({ storage: local }).startRun({ experiment: "e" })).durability).toBe(
      "journal",
    );
    const fsync = await createTracker({ storage: local, durability: "fsync" }).startRun({ experiment: "e" });
    expect(fsync.durability).toBe("fsync");
    const memory = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    expect((await createTracker({ storage: memory }).startRun({ experiment: "e" })).durability).toBe(
      "memory",
    );
    await expect(
      createTracker({ storage: memory, durability: "journal" }).startRun({ experiment: "e" }),
    ).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await local.close();
  });

  test("leaves no journal behind when the last run has ended, and begins another with the next", async () => {
    const storage = await openLocalStorage(directory);
    const tracker = createTracker({ storage });
    const [first, second] = [
      await tracker.startRun({ experiment: "e" }),
      await tracker.startRun({ experiment: "e" }),
    ];
    expect(await tracked(storage)).toHaveLength(1);
    await first.end();
    expect(await tracked(storage)).toHaveLength(1);
    await second.end();
    await tracker.run({ experiment: "e" }, (run) => run.logMetric("x", 1));
    await tracker.close();
    expect(await tracked(storage)).toEqual([]);
    await storage.close();
  });
});

describe("what a process has left in its journal", () => {
  test("is stored before the first read of another tracker of the namespace, and of no other", async () => {
    const dead = await openLocalStorage(directory);
    const run = await createTracker({ storage: abandoned(dead) }).startRun({
      experiment: "e",
      params: { depth: 4 },
    });
    for (let step = 0; step < 10_000; step++) run.logMetric("loss", step, { step });
    run.logText("notes.txt", "hello");
    await dead.journals.close();

    const storage = await openLocalStorage(directory);
    const stranger = createTracker({ storage: storage.namespace("other") });
    expect(await stranger.getRun(run.id)).toBeUndefined();
    const tracker = createTracker({ storage });
    expect(await tracker.getRun(run.id)).toMatchObject({ status: "RUNNING", params: { depth: 4 } });
    expect((await tracker.getHistory(run.id, "loss")).values.length).toBe(10_000);
    expect(await (await tracker.getArtifact(run.id, "notes.txt"))?.text()).toBe("hello");
    expect(await tracked(storage)).toEqual([]);
    const resumed = await tracker.resumeRun(run.id);
    expect(() => resumed.logParams({ depth: 5 })).toThrow(expect.objectContaining({ code: "PARAM_CHANGED" }));
    resumed.logMetric("loss", 1, { step: 10_000 });
    expect(await resumed.end()).toMatchObject({ status: "FINISHED" });
    await storage.close();
  });

  test("that does not decode is reported and left where it is", async () => {
    const storage = await openLocalStorage(directory);
    const tracker = createTracker({ storage });
    await (await tracker.startRun({ experiment: "e" })).flush();
    const [name] = await tracked(storage);
    await using foreign = await storage.journals.open(name!.replace(/.{4}$/, "ffff"));
    foreign.append(Uint8Array.of(9, 9));
    await foreign.close();
    const errors: unknown[] = [];
    await createTracker({ storage, onError: (error) => errors.push(error) }).recover();
    expect(errors).toMatchObject([{ code: "FORMAT_TOO_NEW" }]);
    expect(await tracked(storage)).toHaveLength(2);
    await storage.close();
  });
});

describe("a journal that cannot be written", () => {
  test("never disturbs the loop; nothing is lost, and flush and end say why", async () => {
    let full = false;
    const inner = await localJournals(directory);
    const refuse = (): never => {
      throw coreError("STORAGE_FULL", "the disk is full");
    };
    // As the local journal does: the first failure ends it, until it is opened again.
    const journals: JournalDriver = {
      ...inner,
      async open(name, options) {
        if (full) refuse();
        const journal = await inner.open(name, options);
        let broken = false;
        return new Proxy(journal, {
          get: (target, property) => {
            const value = target[property as keyof Journal];
            if (typeof value !== "function") return value;
            return (...parameters: never[]) => {
              if (property === "append" || property === "flush") broken ||= full;
              if (broken && property !== "close") refuse();
              return (value as (...parameters: never[]) => unknown).apply(target, parameters);
            };
          },
        });
      },
    };
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), journals });
    const errors: unknown[] = [];
    const tracker = createTracker({ storage, onError: (error) => errors.push(error) });
    const run = await tracker.startRun({ experiment: "e" });
    run.logMetric("loss", 0, { step: 0 });
    await run.flush();
    full = true;
    for (let step = 1; step < 10_000; step++) run.logMetric("loss", step, { step });
    run.setTags({ when: "full" });
    await expect(run.flush()).rejects.toMatchObject({ code: "NOT_STORED", cause: { code: "STORAGE_FULL" } });
    await expect(run.end()).rejects.toMatchObject({ code: "NOT_STORED" });
    expect(errors[0]).toMatchObject({ code: "STORAGE_FULL" });
    full = false;
    expect(await run.end()).toMatchObject({ status: "FINISHED", tags: { when: "full" } });
    expect((await tracker.getHistory(run.id, "loss")).values.length).toBe(10_000);
    await storage.close();
  });
});

test("what the storage refuses is told by the run that logged it, once, and by onError", async () => {
  const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), journals: memoryJournals() });
  const errors: [unknown, string | undefined][] = [];
  const one = createTracker({ storage, onError: (error, run) => errors.push([error, run]) });
  const run = await one.startRun({ experiment: "e" });
  await run.flush();
  const same = await createTracker({ storage }).resumeRun(run.id);
  same.logParams({ depth: 4 });
  await same.flush();
  run.logParams({ depth: 5, width: 2 });
  await expect(run.flush()).rejects.toMatchObject({ code: "REFUSED", cause: { code: "PARAM_CHANGED" } });
  expect(errors).toMatchObject([[{ code: "PARAM_CHANGED" }, run.id]]);
  await run.flush();
  expect(await run.end()).toMatchObject({ params: { depth: 4 } });
});

test("a store that is away for a while is told of, and stored to when it is back", async () => {
  let away = true;
  const inner = memoryKv();
  const kv: KvDriver = {
    ...inner,
    async commit(commit) {
      if (away) throw coreError("STORAGE_FULL", "no space");
      return inner.commit(commit);
    },
  };
  const blobs: BlobDriver = memoryBlobs();
  const errors: unknown[] = [];
  const storage = composeStorage({ kv, blobs });
  const tracker = createTracker({ storage, onError: (error) => errors.push(error) });
  const run = await tracker.startRun({ experiment: "e" });
  run.logMetric("loss", 1);
  await expect.poll(() => errors, { timeout: 5_000 }).toMatchObject([{ code: "STORAGE_FULL" }]);
  away = false;
  await expect
    .poll(
      async () =>
        (
          await inner.read({
            kind: "range",
            start: new Uint8Array(),
            end: Uint8Array.of(255),
            reverse: false,
            limit: 1,
            now: 0,
          })
        ).length,
      { timeout: 5_000 },
    )
    .toBe(1);
  expect((await run.end()).metrics.loss?.latest.value).toBe(1);
});
