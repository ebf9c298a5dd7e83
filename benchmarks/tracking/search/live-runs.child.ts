import { type ActiveRun, createTracker } from "@millwright/tracking";
import { childInput, printResult } from "../child.js";
import { type Backend, openBackend } from "./backend.js";

// Many runs of one process that log, two points a second each, until standard input is closed.
const { backend, runs: count } = childInput<{ backend: Backend; runs: number }>();
const { storage, close } = await openBackend(backend);
const tracker = createTracker({ storage, capture: false });
const runs: ActiveRun[] = [];
for (let index = 0; index < count; index++)
  runs.push(await tracker.startRun({ experiment: "live", params: { index } }));
await runs[0]!.flush();
let step = 0;
const timer = setInterval(() => {
  for (const run of runs) run.logMetric("live", step, { step });
  step++;
}, 500);
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.resume().once("end", resolve));
clearInterval(timer);
await Promise.all(runs.map((run) => run.end()));
await tracker.close();
await close();
printResult({ points: step * count });
