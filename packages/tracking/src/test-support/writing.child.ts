import { createRandom } from "@millwright/core";
import { acknowledge, childArguments, ready } from "../../../core/src/testing/test-support/kill/child.js";
import { type ActiveRun, createTracker, type Tracker } from "../index.js";
import { openPlace, type StoragePlace } from "./backends/storage-place.js";

/** A process that writes to runs of its own, each with a tracker and a journal of its own, and to one that others write to too. */
export interface WritingInput {
  readonly place: StoragePlace;
  readonly writer: number;
  readonly seed: number;
  /** Runs that are active at once. */
  readonly runs: number;
  /** In each round every run is written and stored `steps` times; then the key `["test", "round"]` is waited for. */
  readonly rounds: number;
  readonly steps: number;
  /** The id of the run that all write to. */
  readonly shared: string;
}

const { place, writer, seed, runs, rounds, steps, shared } = childArguments<WritingInput>();
const storage = await openPlace(place);
const random = createRandom(seed);
const errors: unknown[] = [];
const newTracker = (): Tracker =>
  createTracker({ storage, capture: false, onError: (error) => errors.push(error) });

interface Writer {
  readonly tracker: Tracker;
  readonly run: ActiveRun;
  step: number;
}

const common = newTracker();
const sharedRun = await common.resumeRun(shared);
const own: Writer[] = [];
for (let index = 0; index < runs; index++) {
  const tracker = newTracker();
  const options = { experiment: "live", name: `n${index % 3}`, params: { writer, index } };
  own.push({ tracker, run: await tracker.startRun(options), step: 0 });
}
ready();

/** What was said before is stored: whoever reads it may rely on it. */
async function store(it: Writer): Promise<void> {
  it.step++;
  const { run, step } = it;
  run.logMetrics({ progress: step, twin: step, noise: random.integer(4) }, { step });
  run.setTags({ step: `${step}` });
  if (random.integer(3) === 0) await new Promise((resolve) => setTimeout(resolve, random.integer(20)));
  await run.flush();
  acknowledge(`stored ${run.id} ${step}`);
}

async function storeShared(step: number): Promise<void> {
  sharedRun.logMetrics({ [`progress.${writer}`]: step, all: step }, { step });
  sharedRun.setTags({ [`writer.${writer}`]: `${step}` });
  sharedRun.logText(`files/${writer}.${step}.txt`, `${writer} ${step}`);
  await sharedRun.flush();
  acknowledge(`shared ${writer} ${step}`);
}

/** Nobody writes before all have come so far. */
async function untilAllowed(round: number): Promise<void> {
  for (;;) {
    const allowed = (await storage.kv.get(["test", "round"]))?.value;
    if (typeof allowed === "number" && allowed >= round) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

for (let round = 1; round <= rounds; round++) {
  await untilAllowed(round);
  for (let step = 1; step <= steps; step++)
    await Promise.all([storeShared((round - 1) * steps + step), ...own.map(store)]);
  acknowledge(`round ${round}`);
}
await untilAllowed(rounds + 1);
await Promise.all([sharedRun.end(), ...own.map(({ run }) => run.end())]);
for (const { run } of own) acknowledge(`ended ${run.id}`);
await Promise.all([common, ...own.map(({ tracker }) => tracker)].map((tracker) => tracker.close()));
await storage.close();
if (errors.length > 0)
  throw new AggregateError(errors, `in the background: ${errors.map(String).join("; ")}`);
