import { createRandom } from "@millwright/core";
import { localJournals } from "@millwright/core/local";
import { acknowledge, childArguments, ready } from "../../../../core/src/testing/test-support/kill/child.js";
import { createRecorder } from "../../index.js";
import { httpSink } from "../index.js";

// Records over HTTP until it is killed, and says of each run what `flush` and `end` have told to be stored.
const { directory, seed, url } = childArguments<{ directory: string; seed: number; url: string }>();
const random = createRandom(seed);
const journals = await localJournals(directory);
const recorder = createRecorder({ sink: httpSink({ url }), journals, capture: false });
ready();
for (;;) {
  const run = await recorder.startRun({ experiment: "kills", params: { seed } });
  acknowledge(`run ${run.id}`);
  for (let step = 0; random.integer(300) > 0; step++) {
    run.logMetric("loss", step, { step });
    if (random.integer(40) > 0) continue;
    await run.flush();
    acknowledge(`stored ${step + 1}`);
  }
  await run.end();
  acknowledge("end");
}
