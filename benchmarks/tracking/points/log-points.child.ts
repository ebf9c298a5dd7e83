import { createRandom, type JournalDurability } from "@millwright/core";
import { openLocalStorage } from "@millwright/core/local";
import { createTracker } from "@millwright/tracking";
import { childInput, printResult } from "../child.js";
import { quantile } from "../numbers.js";
import { keysOfCall, type PointsResult, pointsOfSeries, type Shape } from "./shape.js";

// Logs points into a new directory, ends the run, opens the directory anew, and compares the history with what was logged.
const { directory, shape, durability, points, seed } = childInput<{
  directory: string;
  shape: Shape;
  durability: JournalDurability;
  points: number;
  seed: number;
}>();
const random = createRandom(seed);
const values = Float64Array.from({ length: points }, () => random.next());
const keyCount = shape === "metrics" ? keysOfCall : 1;
const keys = Array.from({ length: keyCount }, (_, index) => `metric_${String(index).padStart(2, "0")}`);

const storage = await openLocalStorage(directory);
const tracker = createTracker({ storage, durability });
const run = await tracker.startRun({ experiment: "points" });

/** The clock costs as much as a call, so calls are timed in batches. */
const callsOfBatch = { metric: durability === "fsync" ? 1 : 1_000, metrics: 100, series: 1 }[shape];
const pointsOfCall = { metric: 1, metrics: keysOfCall, series: pointsOfSeries }[shape];
const calls = Math.floor(points / pointsOfCall);
const batches = new Float64Array(Math.floor(calls / callsOfBatch));

const call = {
  metric: (step: number): void => run.logMetric(keys[0]!, values[step]!, { step }),
  metrics: (step: number): void => {
    const at = step * keysOfCall;
    const metrics: Record<string, number> = {};
    for (let place = 0; place < keysOfCall; place++) metrics[keys[place]!] = values[at + place]!;
    run.logMetrics(metrics, { step });
  },
  series: (index: number): void => {
    const firstStep = index * pointsOfSeries;
    run.logSeries(keys[0]!, values.subarray(firstStep, firstStep + pointsOfSeries), { firstStep });
  },
}[shape];

const started = performance.now();
let before = started;
for (let batch = 0, index = 0; batch < batches.length; batch++) {
  for (let last = index + callsOfBatch; index < last; index++) call(index);
  const now = performance.now();
  batches[batch] = ((now - before) * 1_000) / callsOfBatch;
  before = now;
}
const logged = performance.now();
await run.end();
const ended = performance.now();
await tracker.close();
await storage.close();

const logCount = batches.length * callsOfBatch * pointsOfCall;
const reading = performance.now();
const again = await openLocalStorage(directory);
const reader = createTracker({ storage: again });
const histories = [];
for (const key of keys) histories.push(await reader.getHistory(run.id, key));
const read = performance.now();
let stored = 0;
for (const [place, history] of histories.entries()) {
  const expected = logCount / keyCount;
  if (history.values.length !== expected)
    throw new Error(`${keys[place]}: ${history.values.length} points for ${expected}`);
  for (let step = 0; step < expected; step++) {
    const value = values[step * keyCount + place]!;
    if (history.values[step] !== value || history.steps[step] !== BigInt(step))
      throw new Error(`${keys[place]}: the point of step ${step} is another`);
  }
  stored += history.values.length;
}
await reader.close();
await again.close();

const result: PointsResult = {
  points: logCount,
  stored,
  logSeconds: (logged - started) / 1_000,
  endSeconds: (ended - logged) / 1_000,
  readSeconds: (read - reading) / 1_000,
  callMedian: quantile(batches, 0.5),
  callP99: quantile(batches, 0.99),
};
printResult(result);
