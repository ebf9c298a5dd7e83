import { composeStorage } from "@millwright/core";
import { memoryBlobs, memoryJournals, memoryKv } from "@millwright/core/memory";
import { expect, test } from "vitest";
import { createTracker } from "../tracker/create-tracker.js";

const open = () => composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), journals: memoryJournals() });

test("runs get the format of the program that writes the first", async () => {
  await using storage = open();
  await using tracker = createTracker({ storage });
  expect(await tracker.getRun("none")).toBeUndefined();
  expect(await storage.kv.get(["format", "tracking"])).toBeUndefined();
  await tracker.run({ experiment: "credit" }, () => {});
  expect((await storage.kv.get(["format", "tracking"]))?.value).toEqual({ minReader: 1, minWriter: 1 });
});

test("runs of a newer format are neither read nor written, and what was logged is kept", async () => {
  await using storage = open();
  await storage.kv.atomic().set(["format", "tracking"], { minReader: 2, minWriter: 2 }).commit();
  const expected = { code: "FORMAT_TOO_NEW" };
  const tracker = createTracker({ storage });
  const run = await tracker.startRun({ experiment: "credit" });
  run.logMetric("loss", 1);
  await expect(run.flush()).rejects.toMatchObject({ code: "NOT_STORED", cause: expected });
  await storage.kv.atomic().delete(["format", "tracking"]).commit();

  const refusing = open();
  await refusing.kv.atomic().set(["format", "tracking"], { minReader: 2, minWriter: 2 }).commit();
  const reader = createTracker({ storage: refusing });
  await expect(reader.getRun("a".repeat(32))).rejects.toMatchObject(expected);
  await expect(reader.getHistory("a".repeat(32), "loss")).rejects.toMatchObject(expected);
  await expect(reader.searchRuns()).rejects.toMatchObject(expected);
  await reader.close();
  await refusing.close();
});
