import { createRandom, MillwrightError, type Storage } from "@millwright/core";
import { acknowledge, childArguments, ready } from "../../../core/src/testing/test-support/kill/child.js";
import { createTracker } from "../index.js";
import { openPlace, type StoragePlace } from "./backends/storage-place.js";

/** A process that records until it is killed, and says what `flush` and `end` have acknowledged. It outlives its server. */
export interface DrainingInput {
  readonly place: StoragePlace;
  readonly seed: number;
}

const { place, seed } = childArguments<DrainingInput>();
const random = createRandom(seed);
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Again and again, as long as the server is away. */
async function persistently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const { code, cause } = error as { code?: unknown; cause?: unknown };
      const reason = code === "NOT_STORED" ? cause : error;
      const isAway =
        MillwrightError.is(reason, "UNAVAILABLE") || MillwrightError.is(reason, "OUTCOME_UNKNOWN");
      if (!isAway) throw error;
      await pause(20);
    }
  }
}

ready();
const storage: Storage = await persistently(() => openPlace(place));
const tracker = createTracker({ storage, capture: false });
for (;;) {
  const run = await tracker.startRun({ experiment: "kills", params: { seed } });
  acknowledge(`run ${run.id}`);
  const steps = 1 + random.integer(60);
  for (let step = 0; step < steps; step++) {
    run.logMetrics({ loss: step, twin: -step }, { step });
    if (random.integer(4) === 0) run.setTags({ last: `${step}` });
    if (random.integer(10) === 0) run.logText(`files/${step}.txt`, `file ${step}`);
    if (random.integer(8) === 0) await pause(random.integer(5));
    if (random.integer(5) > 0) continue;
    await persistently(() => run.flush());
    acknowledge(`stored ${run.id} ${step + 1}`);
  }
  await persistently(() => run.end());
  acknowledge(`ended ${run.id} ${steps}`);
}
