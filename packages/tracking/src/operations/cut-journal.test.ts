import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeStorage, digestOf } from "@millwright/core";
import { localJournals } from "@millwright/core/local";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { expect, onTestFinished, test } from "vitest";
import { newJournalName } from "../journal/journal-names.js";
import { PointBuffer } from "../metrics/point-buffer.js";
import type { RunInfo } from "../runs/run-record.js";
import { RunStore } from "../runs/run-store.js";
import { storageSink } from "../sink/storage-sink.js";
import { createTracker } from "../tracker/create-tracker.js";
import { encodeOperation } from "./encode.js";
import type { Operation } from "./operation.js";

const run = "0123456789abcdef0123456789abcdef";

function points(): Operation {
  const buffer = new PointBuffer();
  buffer.add("loss", 0.5, 1n, 5);
  return { kind: "points", run, points: buffer.toBatch() };
}

const content = new TextEncoder().encode("weights");
const operations: readonly Operation[] = [
  { kind: "create", run, experiment: "e", time: 5 },
  { kind: "params", run, params: { depth: 4 } },
  points(),
  { kind: "artifact", run, path: "models/m/0/model", digest: digestOf(content), size: 7, content },
  {
    kind: "outputs",
    run,
    outputs: [
      {
        kind: "model",
        name: "m",
        path: "models/m/0",
        digest: digestOf(content),
        size: 7,
        files: 1,
        step: 0n,
        time: 6,
      },
    ],
  },
  { kind: "end", run, status: "FINISHED", time: 9 },
];

/** What the first operations alone make of the run. */
async function runAfter(count: number): Promise<RunInfo | undefined> {
  const runs = new RunStore(composeStorage({ kv: memoryKv(), blobs: memoryBlobs() }));
  const placed = operations.slice(0, count).map((operation, index) => ({ sequence: index + 1, operation }));
  await storageSink(runs).apply("j".repeat(32), placed);
  return (await runs.find(run))?.value;
}

test("wherever the journal of a killed program is cut, the run is what the whole operations before the cut make of it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "millwright-cut-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const journals = await localJournals(directory);
  onTestFinished(() => journals.close());
  const name = newJournalName("default");
  const folder = join(directory, "journals", name);
  const journal = await journals.open(name);
  const segment = (): string => join(folder, readdirSync(folder).find((file) => file.endsWith(".segment"))!);
  const ends: number[] = [];
  for (const operation of operations) {
    journal.append(encodeOperation(operation));
    await journal.sync();
    ends.push(statSync(segment()).size);
  }
  await journal.close();
  const file = segment();
  const whole = readFileSync(file);
  const expected = await Promise.all(
    Array.from({ length: operations.length + 1 }, (_, count) => runAfter(count)),
  );
  // Core cuts its journals at every byte; here it is those about the ends of frames, and some of all others.
  const isCut = (length: number): boolean =>
    length % 29 === 0 || ends.some((end) => Math.abs(end - length) <= 1);
  for (let length = whole.length; length >= 0; length--) {
    if (!isCut(length)) continue;
    const again = await journals.open(name);
    await again.close();
    writeFileSync(file, whole.subarray(0, length));
    const errors: unknown[] = [];
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), journals });
    const tracker = createTracker({ storage, capture: false, onError: (error) => errors.push(error) });
    const found = await tracker.getRun(run);
    const count = ends.filter((end) => end <= length).length;
    const { stale: _, ...stored } = found ?? {};
    expect([length, errors, found && stored]).toEqual([length, [], expected[count]]);
  }
});
