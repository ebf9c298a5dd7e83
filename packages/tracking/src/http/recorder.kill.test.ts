import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anonymous, composeStorage } from "@millwright/core";
import { toNodeListener } from "@millwright/core/http";
import { localJournals } from "@millwright/core/local";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { expect, onTestFinished, test } from "vitest";
import { startChild } from "../../../core/src/testing/test-support/kill/child.js";
import { killRounds } from "../../../core/src/testing/test-support/kill/kill-rounds.js";
import { killSettings } from "../../../core/src/testing/test-support/kill/settings.js";
import { createRecorder, createTracker } from "../index.js";
import { ingestHandler } from "../ingest/index.js";
import { httpSink } from "./index.js";

const child = new URL("./test-support/recording.child.ts", import.meta.url);

test("what a killed program has recorded over HTTP is sent by the next one, and nothing twice", async () => {
  const { kills, seed } = killSettings(0.03);
  process.stdout.write(`recording over HTTP: ${kills} kills, seed ${seed}\n`);
  const directory = mkdtempSync(join(tmpdir(), "millwright-tracking-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  const server = createServer(toNodeListener(ingestHandler({ storage, authenticate: () => anonymous })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tracker = createTracker({ storage });
  let runs = 0;
  await killRounds({
    kills,
    seed,
    work: 60,
    start: ({ random }) => ({
      writers: [startChild(child, { directory, seed: random.integer(2 ** 31), url })],
    }),
    verify: async ([lines]) => {
      const journals = await localJournals(directory);
      const errors: unknown[] = [];
      const recorder = createRecorder({
        sink: httpSink({ url }),
        journals,
        onError: (error) => errors.push(error),
      });
      await recorder.recover();
      expect(await journals.list()).toEqual([]);
      await recorder.close();
      await journals.close();
      expect(errors).toEqual([]);
      for (const { id, stored, ended } of said(lines!)) {
        runs++;
        const run = await tracker.getRun(id);
        expect(run?.status).toBe(ended ? "FINISHED" : run?.status);
        const { values } = await tracker.getHistory(id, "loss");
        expect(values.length).toBeGreaterThanOrEqual(stored);
        expect([...values]).toEqual(Array.from({ length: values.length }, (_, step) => step));
      }
    },
  });
  expect(runs).toBeGreaterThan(0);
});

/** What a writer had said of each of its runs. */
function said(lines: readonly string[]): { id: string; stored: number; ended: boolean }[] {
  const runs: { id: string; stored: number; ended: boolean }[] = [];
  for (const line of lines) {
    const [what, value] = line.split(" ");
    if (what === "run") runs.push({ id: value!, stored: 0, ended: false });
    else if (what === "stored") runs.at(-1)!.stored = Number(value);
    else runs.at(-1)!.ended = true;
  }
  return runs;
}
