import { composeStorage } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { expect, test } from "vitest";
import { reportRuns } from "../comparison/index.js";
import type { Operation } from "../operations/operation.js";
import { storageSink } from "../sink/storage-sink.js";
import { syncRuns } from "../sync/sync-runs.js";
import { createTracker } from "../tracker/create-tracker.js";
import { RunStore } from "./run-store.js";

const [a, b, c] = ["a".repeat(32), "b".repeat(32), "c".repeat(32)] as const;

const create = (run: string, parent: string): Operation => ({
  kind: "create",
  run,
  experiment: "e",
  parent,
  time: 1_000,
});

// A tracker cannot make them, since the id of a run is new. Operations that were written by hand, or imported, can.
test.each<[string, readonly Operation[]]>([
  ["a run that is its own parent", [create(a, a)]],
  ["two runs that are parents of each other", [create(a, b), create(b, a)]],
  ["the same, in the other order", [create(b, a), create(a, b)]],
  ["a longer ring", [create(c, a), create(a, b), create(b, c)]],
])("%s can be stored, read, found, drawn, sent and removed like any", async (_, operations) => {
  const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  const tracker = createTracker({ storage, capture: false });
  const sink = storageSink(new RunStore(storage));
  for (const [index, operation] of operations.entries())
    expect(await sink.apply("j".repeat(32), [{ sequence: index + 1, operation }])).toEqual([]);
  expect((await tracker.getRun(a))?.parent).toBe(operations.length === 1 ? a : b);
  const { runs, total } = await tracker.searchRuns({ filter: `parent_run_id = '${a}'` });
  expect([runs.map(({ parent }) => parent), total]).toEqual([[a], 1]);
  const all = (await tracker.searchRuns()).runs;
  expect(all).toHaveLength(operations.length);
  expect(reportRuns({ runs: all })).toContain("<html");
  const to = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  expect(await syncRuns({ from: storage, to })).toMatchObject({ runs: operations.length, refused: [] });
  expect(await tracker.removeRun(a)).toBe(true);
  expect((await tracker.pruneRuns({ keep: 0, olderThan: "1s" })).length).toBe(operations.length - 1);
});
