import {
  abortable,
  addReference,
  type BlobSource,
  type CallOptions,
  type Clock,
  createIdentifierHex,
  dropReference,
  type RecordStore,
  type Storage,
  toMicros,
  transact,
} from "@millwright/core";
import { type DatasetDescription, type DatasetInput, describeDataset } from "../datasets/describe-dataset.js";
import { invalidArgument, trackingError } from "../errors.js";
import type { MetricPoint } from "../metrics/summary.js";
import { assertArtifactPath, assertName } from "../names.js";
import { flattenParams, type ParamTree } from "../params/flatten.js";
import { assertUnchanged, Changes, ownValue, type RunEnd } from "./changes.js";
import type { ActiveRun, ArtifactInfo, EndOptions, PointOptions, SeriesOptions } from "./run.js";
import { artifactOwner, pointsTable, type RunInfo, type runRecord } from "./run-record.js";
import { assertTags } from "./tags.js";

const flushMicros = 1_000_000;
const flushPoints = 65_536;
/** Of one commit: each takes a reference, and one more if it takes the place of another. */
const flushArtifacts = 400;

/** What a run needs of its tracker. */
export interface RunContext {
  readonly storage: Storage;
  readonly runs: RecordStore<typeof runRecord>;
  readonly clock: Clock;
  readonly onError: ((error: unknown, runId: string) => void) | undefined;
}

/** A run that is being written by this process. */
export function createActiveRun(context: RunContext, started: RunInfo): ActiveRun {
  const { storage, runs, clock } = context;
  const { id } = started;
  const writer = createIdentifierHex();
  const params = new Map(Object.entries(started.params));
  const stop = new AbortController();
  let changes = new Changes();
  /** Taken from `changes` and not stored yet, with the name of its batch of points. */
  const taken: { readonly batch: string; readonly changes: Changes }[] = [];
  let batches = 0;
  let flushing: Promise<void> = Promise.resolve();
  let timer = false;
  const uploads = new Set<Promise<unknown>>();
  let ending: RunEnd | undefined;
  let ended: Promise<RunInfo> | undefined;

  function assertActive(): void {
    if (ending !== undefined)
      throw trackingError("RUN_ENDED", `the run ${id} has ended; start another run to log more`);
  }

  function schedule(): void {
    if (changes.points.length >= flushPoints || changes.artifacts.size >= flushArtifacts) {
      flushInBackground();
      return;
    }
    if (timer) return;
    timer = true;
    clock.sleep(flushMicros, stop.signal).then(flushInBackground, () => {});
  }

  function flushInBackground(): void {
    timer = false;
    storeChanges(undefined).catch((error: unknown) => {
      schedule();
      tell(context.onError, error, id);
    });
  }

  function flush({ signal }: CallOptions = {}): Promise<void> {
    const arrived = uploads.size === 0 ? undefined : Promise.allSettled(uploads);
    const stored = arrived === undefined ? storeChanges(signal) : arrived.then(() => storeChanges(signal));
    return abortable(stored, signal);
  }

  function storeChanges(signal: AbortSignal | undefined): Promise<void> {
    if (!changes.empty) {
      taken.push({ batch: `${writer}.${++batches}`, changes });
      changes = new Changes();
    }
    const result = flushing.then(async () => {
      for (let next = taken[0]; next !== undefined; next = taken[0]) {
        await store(next.batch, next.changes, signal);
        taken.shift();
      }
    });
    flushing = result.catch(() => {});
    return result;
  }

  async function store(batch: string, pending: Changes, signal: AbortSignal | undefined): Promise<void> {
    const { points } = pending;
    // The points first: a summary never speaks of points that are not there. Both steps may be repeated.
    if (points.length > 0)
      await storage.tables.append(pointsTable(id), points.toBatch(), { id: batch, signal });
    const update = async (atomic: Parameters<Parameters<typeof transact>[1]>[0]): Promise<void> => {
      const previous = await runs.get([id], { signal });
      if (previous === undefined) throw trackingError("RUN_NOT_FOUND", `the run ${id} is not there any more`);
      await runs.write(atomic, [id], pending.applyTo(previous.value), { previous, signal });
      for (const [path, { digest }] of pending.artifacts) {
        const replaced = ownValue(previous.value.artifacts, path)?.digest;
        if (replaced !== undefined && replaced !== digest)
          dropReference(atomic, replaced, artifactOwner(id, path));
        addReference(atomic, digest, artifactOwner(id, path));
      }
    };
    await transact(storage.kv, update, { signal });
  }

  function pointOf(key: string, value: number, options: PointOptions): MetricPoint {
    assertName(key, "key");
    if (typeof value !== "number")
      throw invalidArgument(
        key,
        `a metric is a number, not ${value === null ? "null" : `a ${typeof value}`}`,
      );
    return {
      value,
      step: toStep(options.step ?? 0),
      time: options.time === undefined ? clock.now() : toMicros(options.time),
    };
  }

  async function logArtifact(
    path: string,
    source: BlobSource,
    options: CallOptions = {},
  ): Promise<ArtifactInfo> {
    assertActive();
    assertArtifactPath(path);
    const upload = storage.blobs.put(source, options).then(({ digest, size }) => {
      changes.artifacts.set(path, { digest, size });
      schedule();
      return { path, digest, size };
    });
    uploads.add(upload);
    try {
      return await upload;
    } finally {
      uploads.delete(upload);
    }
  }

  async function finish({ status = "FINISHED", reason, signal }: EndOptions): Promise<RunInfo> {
    // The first call decides, also if it cannot be stored before the second.
    if (ending === undefined) {
      if (!["FINISHED", "FAILED", "KILLED"].includes(status))
        throw invalidArgument("status", `${status} is none of FINISHED, FAILED and KILLED`);
      ending = { status, reason: reason?.toWellFormed(), time: clock.now() };
      changes.end = ending;
      stop.abort(new DOMException("The run has ended.", "AbortError"));
    }
    await flush({ signal });
    return (await runs.get([id], { signal }))!.value;
  }

  const run: ActiveRun = {
    id,
    experiment: started.experiment,
    logMetric(key, value, options = {}) {
      assertActive();
      changes.addPoint(key, pointOf(key, value, options));
      schedule();
    },
    logMetrics(values, options = {}) {
      assertActive();
      const time = options.time ?? clock.now();
      const points = Object.entries(values).map(
        ([key, value]) => [key, pointOf(key, value, { ...options, time })] as const,
      );
      for (const [key, point] of points) changes.addPoint(key, point);
      schedule();
    },
    logSeries(key, values, options = {}) {
      assertActive();
      const points = seriesOf(values, options, clock.now());
      // All are checked before one is kept.
      for (const [value, at] of points()) pointOf(key, value, at);
      for (const [value, at] of points()) changes.addPoint(key, pointOf(key, value, at));
      schedule();
    },
    logParams(tree: ParamTree) {
      assertActive();
      const flat = flattenParams(tree);
      for (const [name, value] of flat) assertUnchanged(id, name, params.get(name), value);
      for (const [name, value] of flat) {
        params.set(name, value);
        changes.params.set(name, value);
      }
      schedule();
    },
    setTags(tags) {
      assertActive();
      assertTags(tags);
      for (const [name, value] of Object.entries(tags)) changes.tags.set(name, value);
      schedule();
    },
    logDataset(data: DatasetInput, description: DatasetDescription = {}) {
      assertActive();
      changes.datasets.push(describeDataset(data, description));
      schedule();
    },
    logArtifact,
    flush,
    end(options = {}) {
      if (ended === undefined) {
        const ending = finish(options);
        ended = ending;
        // A store that failed may be tried again by calling end once more.
        ending.catch(() => (ended = undefined));
      }
      return ended;
    },
    async [Symbol.asyncDispose]() {
      await (ended ?? run.end({ status: "FAILED", reason: "scope left before end()" }));
    },
  };
  return run;
}

/** Tells a listener, whose own mistakes harm nobody. */
export function tell(onError: RunContext["onError"], error: unknown, run: string): void {
  try {
    onError?.(error, run);
  } catch {
    // There is nobody left to tell.
  }
}

/** Walks the points of a series, as often as it is called. */
function seriesOf(
  values: ArrayLike<number>,
  { firstStep = 0, steps, times }: SeriesOptions,
  now: number,
): () => Generator<[value: number, at: PointOptions]> {
  for (const [name, list] of [
    ["steps", steps],
    ["times", times],
  ] as const) {
    if (list !== undefined && list.length !== values.length) {
      throw invalidArgument(name, `has ${list.length} elements for ${values.length} values`);
    }
  }
  return function* points() {
    for (let index = 0; index < values.length; index++)
      yield [values[index]!, { step: steps?.[index] ?? firstStep + index, time: times?.[index] ?? now }];
  };
}

function toStep(step: number | bigint): bigint {
  if (
    typeof step === "number"
      ? Number.isSafeInteger(step)
      : typeof step === "bigint" && BigInt.asIntN(64, step) === step
  )
    return BigInt(step);
  throw invalidArgument("step", `${step} is not a whole number of 64 bits; pass a bigint beyond 2^53`);
}
