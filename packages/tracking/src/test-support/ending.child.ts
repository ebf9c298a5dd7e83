import { openLocalStorage } from "@millwright/core/local";
import { acknowledge, childArguments, ready } from "../../../core/src/testing/test-support/kill/child.js";
import { createTracker } from "../index.js";

// Logs, says the id of its run, and ends as it is told.
const { directory, how } = childArguments<{ directory: string; how: "error" | "rejection" | "wait" }>();
const storage = await openLocalStorage(directory);
const tracker = createTracker({ storage, capture: { environment: false, console: true, arguments: true } });
const run = await tracker.startRun({ experiment: "ends" });
run.logMetric("loss", 0.5, { step: 1 });
console.log("epoch 1, token=abcdefghijkl");
ready();
acknowledge(run.id);
if (how === "error")
  setTimeout(() => {
    throw new Error("no such column");
  }, 20);
else if (how === "rejection") void Promise.reject(new Error("nobody waits for this"));
else setInterval(() => run.logMetric("loss", 0.4, { step: 2 }), 10);
