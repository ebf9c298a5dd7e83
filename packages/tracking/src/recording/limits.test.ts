import { composeStorage, digestOf } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { beforeEach, describe, expect, test } from "vitest";
import { trackingLimits } from "../limits.js";
import type { ActiveRun } from "../runs/run.js";
import { createTracker, type Tracker } from "../tracker/create-tracker.js";

let tracker: Tracker;

beforeEach(() => {
  tracker = createTracker({
    storage: composeStorage({ kv: memoryKv(), blobs: memoryBlobs() }),
    capture: false,
  });
});

const { keyLength, paramLength, tagLength, nameLength, pathLength, sourceLength } = trackingLimits;
const digest = digestOf("x");

/** What takes a text of a limited length: the limit, the argument that its error names, and the call of a run. */
const calls: readonly [string, number, string, (run: ActiveRun, text: string) => unknown][] = [
  ["the key of a metric", keyLength, "key", (run, text) => run.logMetric(text, 1)],
  ["a key of several metrics", keyLength, "key", (run, text) => run.logMetrics({ ok: 1, [text]: 1 })],
  ["the key of a series", keyLength, "key", (run, text) => run.logSeries(text, [1])],
  ["the key of a goal", keyLength, "goals.", (run, text) => run.setGoals({ [text]: "minimize" })],
  ["the key of a parameter", keyLength, "", (run, text) => run.logParams({ [text]: 1 })],
  ["the value of a parameter", paramLength, "p", (run, text) => run.logParams({ p: text })],
  ["the key of a tag", keyLength, "tags.", (run, text) => run.setTags({ [text]: "x" })],
  ["the value of a tag", tagLength, "tags.t", (run, text) => run.setTags({ t: text })],
  ["the path of a text", pathLength, "path", (run, text) => run.logText(text, "x")],
  ["the path of an artifact", pathLength, "path", (run, text) => run.logArtifact(text, "x")],
  ["the name of a dataset", keyLength, "name", (run, text) => run.logDataset({ name: text, digest })],
  [
    "the role of a dataset",
    keyLength,
    "role",
    (run, text) => run.logDataset({ name: "d", digest }, { role: text }),
  ],
  [
    "the source of a dataset",
    sourceLength,
    "source",
    (run, text) => run.logDataset({ name: "d", digest, source: text }),
  ],
  ["the name of a model", keyLength, "name", (run, text) => run.logModel(text, Uint8Array.of(1))],
];

describe("of the length that is allowed, and not one longer, is", () => {
  test.each(calls)("%s", async (_, limit, path, call) => {
    const run = await tracker.startRun({ experiment: "e" });
    await call(run, "x".repeat(limit));
    await run.flush();
    const stored = await tracker.getRun(run.id);
    const long = "y".repeat(limit + 1);
    const named = path === "" || path.endsWith(".") ? `${path}${long}` : path;
    await expect((async () => call(run, long))()).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { path: named },
    });
    // Nothing of what was refused is stored, and nothing else is lost.
    await run.flush();
    expect(await tracker.getRun(run.id)).toEqual(stored);
    expect((await run.end()).status).toBe("FINISHED");
  });

  test.each(["experiment", "name"] as const)("the %s of a run", async (name) => {
    const options = { experiment: "e", name: "n" };
    const run = await tracker.startRun({ ...options, [name]: "x".repeat(nameLength) });
    expect((await run.end())[name]).toHaveLength(nameLength);
    await expect(tracker.startRun({ ...options, [name]: "x".repeat(nameLength + 1) })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { path: name },
    });
  });
});

test("a reason that is too long is cut off, since the run must end", async () => {
  let id = "";
  const running = tracker.run({ experiment: "e" }, (run) => {
    id = run.id;
    throw new Error(`${"x".repeat(7_999)}\u{1f600} and much more`);
  });
  await expect(running).rejects.toThrow("and much more");
  expect((await tracker.getRun(id))?.reason).toBe(`${"x".repeat(7_999)}\ufffd`);
});
