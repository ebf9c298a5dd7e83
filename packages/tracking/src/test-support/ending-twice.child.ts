import { openLocalStorage } from "@millwright/core/local";
import { acknowledge, childArguments, ready } from "../../../core/src/testing/test-support/kill/child.js";
import { createTracker } from "../index.js";

// Goes on with a run of another process, and ends it as FAILED.
const { directory, run } = childArguments<{ directory: string; run: string }>();
const storage = await openLocalStorage(directory);
const tracker = createTracker({ storage, capture: false });
ready();
const resumed = await tracker.resumeRun(run);
resumed.logMetric("child", 1);
const { status } = await resumed.end({ status: "FAILED", reason: "by the child" });
acknowledge(`ended ${status}`);
await tracker.close();
await storage.close();
