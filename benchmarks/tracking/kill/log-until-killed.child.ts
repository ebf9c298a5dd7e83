import { writeSync } from "node:fs";
import { openLocalStorage } from "@millwright/core/local";
import { createTracker } from "@millwright/tracking";
import { childInput } from "../child.js";

// Logs in a loop that never awaits, and says of each call, by the calling thread, that it has returned and when.
const { directory } = childInput<{ directory: string }>();
const storage = await openLocalStorage(directory);
const tracker = createTracker({ storage });
const run = await tracker.startRun({ experiment: "kills" });

function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      // The pipe is full: whoever reads it is slower.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

say(run.id);
for (let step = 0; ; step++) {
  run.logMetric("loss", step, { step });
  say(`${step} ${storage.clock.now()}`);
}
