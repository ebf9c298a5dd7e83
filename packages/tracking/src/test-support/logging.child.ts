import { createRandom, type JournalDurability } from "@millwright/core";
import { openLocalStorage } from "@millwright/core/local";
import { acknowledge, childArguments, ready } from "../../../core/src/testing/test-support/kill/child.js";
import { createTracker } from "../index.js";

// Logs until it is killed, and says of each call that it has returned, and when. Most of the time it never awaits, as a
// training loop does not.
const { directory, seed, durability, awaits } = childArguments<{
  directory: string;
  seed: number;
  durability: JournalDurability;
  awaits: boolean;
}>();
const random = createRandom(seed);
const storage = await openLocalStorage(directory);
const tracker = createTracker({ storage, durability });
ready();
for (;;) {
  const run = await tracker.startRun({ experiment: "kills", params: { seed } });
  acknowledge(`run ${run.id}`);
  for (let step = 0; !awaits || random.integer(3_000) > 0; step++) {
    run.logMetric("loss", step, { step });
    acknowledge(`point ${step} ${storage.clock.now()}`);
    if (random.integer(200) === 0) run.setTags({ last: String(step) });
    const pause = awaits ? random.integer(600) : 600;
    if (pause === 0) await run.flush();
    if (pause === 1) await new Promise((resolve) => setImmediate(resolve));
  }
  await run.end();
  acknowledge(`end ${run.id}`);
}
