import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openLocalStorage } from "@millwright/core/local";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cannotMount, smallFileSystem } from "../../../core/src/local/test-support/small-file-system.js";
import { createTracker } from "../tracker/create-tracker.js";

const reason = cannotMount();
if (reason !== undefined && process.env.CI === undefined)
  process.stderr.write(`skipped: logging on a full disk, ${reason}\n`);
const onSmallDisk = test.skipIf(reason !== undefined && process.env.CI === undefined);

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", onUnhandled);
});
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled).toEqual([]);
});

/** Fills what is left, and gives the file to remove again. */
function fill(directory: string): string {
  const path = join(directory, "ballast");
  for (const size of [1 << 16, 1 << 12]) {
    try {
      for (;;) writeFileSync(path, new Uint8Array(size), { flag: "a" });
    } catch (error) {
      expect((error as { code: string }).code).toBe("ENOSPC");
    }
  }
  return path;
}

onSmallDisk(
  "a disk that fills while a run logs never disturbs the loop; flush and end say so, and nothing is lost once there is space",
  async () => {
    const { path } = smallFileSystem(8);
    const storage = await openLocalStorage(join(path, "data"));
    const errors: unknown[] = [];
    const tracker = createTracker({ storage, capture: false, onError: (error) => errors.push(error) });
    const run = await tracker.startRun({ experiment: "e" });
    run.logMetric("loss", 0, { step: 0 });
    await run.flush();
    const ballast = fill(path);
    for (let step = 1; step < 20_000; step++) run.logMetric("loss", step, { step });
    run.setTags({ when: "full" });
    const full = { code: "NOT_STORED", cause: { code: "STORAGE_FULL" } };
    await expect(run.flush()).rejects.toMatchObject(full);
    await expect(run.logModel("m", new Uint8Array(100_000).fill(1))).rejects.toMatchObject({
      code: "STORAGE_FULL",
    });
    await expect(run.end()).rejects.toMatchObject(full);
    expect(errors).toContainEqual(expect.objectContaining({ code: "STORAGE_FULL" }));
    rmSync(ballast);
    expect(await run.end()).toMatchObject({ status: "FINISHED", tags: { when: "full" }, outputs: [] });
    const { values } = await tracker.getHistory(run.id, "loss");
    expect([...values]).toEqual(Array.from({ length: 20_000 }, (_, step) => step));
    await tracker.close();
    await storage.close();
  },
);
