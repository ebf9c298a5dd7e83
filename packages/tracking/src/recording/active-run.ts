import {
  abortable,
  type BlobSource,
  type CallOptions,
  type ColumnBatch,
  digestOf,
  toMicros,
} from "@millwright/core";
import { type DatasetDescription, type DatasetInput, describeDataset } from "../datasets/describe-dataset.js";
import { invalidArgument, trackingError } from "../errors.js";
import type { Channel } from "../journal/channel.js";
import { trackingLimits } from "../limits.js";
import { assertArtifactPath, assertName } from "../names.js";
import type { CreateOperation, EndOperation, Operation, ResumeOperation } from "../operations/operation.js";
import { flattenParams, type ParamTree, type ParamValue } from "../params/flatten.js";
import { assertGoals } from "../runs/metric-goal.js";
import type { ActiveRun, ArtifactInfo, EndOptions, PointOptions, SeriesOptions } from "../runs/run.js";
import { assertUnchanged } from "../runs/run-draft.js";
import type { RunInfo } from "../runs/run-record.js";
import { assertTags } from "../runs/tags.js";
import type { RefusedOperation } from "../sink/sink.js";
import type { RunCapture } from "./capture-options.js";
import { assertFigure, assertImage, tableJson } from "./content.js";
import { PointWindow } from "./point-window.js";
import type { RunHome } from "./run-home.js";
import { checkedSeries, toStep } from "./series.js";

/** Content up to this many bytes goes into the journal; more is stored in the background at once. */
const inlineBytes = 4 * 1024 * 1024;

/** What a run needs of its tracker. */
export interface RunContext {
  readonly runs: RunHome;
  readonly channel: Channel;
  /** What was refused of a run since the last call. */
  takeRefused(run: string): readonly RefusedOperation[];
  /** Called once, when the run has ended. */
  onEnd(run: string): void;
  /** Begins what is captured beside the run. */
  capture(run: ActiveRun, append: (operation: Operation) => void): RunCapture;
}

/** A run that is written here, for its tracker. */
export interface WrittenRun {
  readonly run: ActiveRun;
  /** Ends it at once, without waiting for anything: the process is about to end. What is logged is handed over. */
  interrupt(status: "FAILED" | "KILLED", reason: string): void;
  /** Adds points that are in columns already. */
  copyPoints(points: ColumnBatch): void;
  /** Says that it is there, though it logs nothing. */
  sayAlive(): void;
}

/** A run that this process goes on with. */
export interface StartedRun {
  readonly id: string;
  readonly experiment: string;
  readonly params: Readonly<Record<string, ParamValue>>;
}

/** A run that is being written by this process. `begin` is the operation that it begins, or goes on, with. */
export function createActiveRun(
  context: RunContext,
  { id, experiment, params: known }: StartedRun,
  begin: CreateOperation | ResumeOperation,
): WrittenRun {
  const { runs, channel } = context;
  const { storage } = runs;
  const { clock } = storage;
  const { journal, drain } = channel;
  const window = new PointWindow(id, journal, clock);
  const params = new Map(Object.entries(known));
  const keys = new Set<string>();
  const uploads = new Set<Promise<unknown>>();
  /** Why content that was to be stored in the background is not. */
  let lost: { readonly error: unknown } | undefined;
  let isOver = false;
  let said = begin.time;
  let ended: Promise<RunInfo> | undefined;

  function assertActive(): void {
    if (isOver) throw trackingError("RUN_ENDED", `the run ${id} has ended; resume it, or start another run`);
  }

  function append(operation: Operation): void {
    window.write();
    journal.append(operation);
    if (journal.durability === "fsync") journal.flush();
    drain.schedule();
  }

  function assertPoint(key: string, value: number): void {
    if (!keys.has(key)) {
      assertName(key, "key");
      keys.add(key);
    }
    if (typeof value !== "number")
      throw invalidArgument(
        key,
        `a metric is a number, not ${value === null ? "null" : `a ${typeof value}`}`,
      );
  }

  function logContent(path: string, content: Uint8Array): void {
    assertActive();
    assertArtifactPath(path);
    if (content.length > inlineBytes) {
      logArtifact(path, content.slice()).catch((error: unknown) => {
        lost = { error };
      });
      return;
    }
    append({ kind: "artifact", run: id, path, digest: digestOf(content), size: content.length, content });
  }

  async function logArtifact(
    path: string,
    source: BlobSource,
    options: CallOptions = {},
  ): Promise<ArtifactInfo> {
    assertActive();
    assertArtifactPath(path);
    const upload = storage.blobs.put(source, options).then(({ digest, size }) => {
      append({ kind: "artifact", run: id, path, digest, size });
      return { path, digest, size };
    });
    return awaited(upload);
  }

  /** An upload that `flush` and `end` wait for. */
  async function awaited<Result>(upload: Promise<Result>): Promise<Result> {
    uploads.add(upload);
    try {
      return await upload;
    } finally {
      uploads.delete(upload);
    }
  }

  async function flush({ signal }: CallOptions = {}): Promise<void> {
    window.flush();
    if (uploads.size > 0) await abortable(Promise.allSettled(uploads), signal);
    await drain.drained({ signal });
    if (lost !== undefined) {
      const { error } = lost;
      lost = undefined;
      throw trackingError("NOT_STORED", `a file of the run ${id} could not be stored`, { cause: error });
    }
    throwRefused();
  }

  function throwRefused(): void {
    const refused = context.takeRefused(id);
    if (refused.length === 0) return;
    const [first] = refused;
    throw trackingError(
      "REFUSED",
      `${refused.length} of what was logged to the run ${id} was refused: ${(first!.error as Error).message}`,
      {
        cause: first!.error,
        details: {
          run: id,
          refused: refused.map(({ sequence, error }) => ({ sequence, message: (error as Error).message })),
        },
      },
    );
  }

  /** The time, or just behind what was said last: a clock that is set back must not end a run before it began. */
  function laterTime(): number {
    said = Math.max(clock.now(), said + 1);
    return said;
  }

  function stop(status: EndOperation["status"], reason: string | undefined): void {
    capture.stop();
    isOver = true;
    const text = reason?.slice(0, trackingLimits.reasonLength).toWellFormed();
    append({ kind: "end", run: id, status, reason: text, time: laterTime() });
  }

  async function finish({ status = "FINISHED", reason, signal }: EndOptions): Promise<RunInfo> {
    // The first call decides, also if it cannot be stored before the second.
    if (!isOver) {
      if (!["FINISHED", "FAILED", "KILLED"].includes(status))
        throw invalidArgument("status", `${status} is none of FINISHED, FAILED and KILLED`);
      stop(status, reason);
    }
    await abortable(capture.done, signal);
    await flush({ signal });
    context.onEnd(id);
    return (await runs.get(id, { signal })).value;
  }

  append(begin);
  // A run that has started is there, whatever is killed next.
  journal.flush();
  const run: ActiveRun = {
    id,
    experiment,
    durability: journal.durability,
    logMetric(key, value, options) {
      assertActive();
      assertPoint(key, value);
      const now = clock.now();
      const time = options?.time === undefined ? now : toMicros(options.time);
      window.add(key, value, toStep(options?.step ?? 0), time);
      window.check(now);
      drain.schedule();
    },
    logMetrics(values, options: PointOptions = {}) {
      assertActive();
      const now = clock.now();
      const time = options.time === undefined ? now : toMicros(options.time);
      const step = toStep(options.step ?? 0);
      // All are checked before one is kept.
      for (const [key, value] of Object.entries(values)) assertPoint(key, value);
      for (const [key, value] of Object.entries(values)) window.add(key, value, step, time);
      window.check(now);
      drain.schedule();
    },
    logSeries(key, values, options: SeriesOptions = {}) {
      assertActive();
      const now = clock.now();
      const series = checkedSeries(values, options, now);
      for (let index = 0; index < values.length; index++) assertPoint(key, values[index]!);
      for (let index = 0; index < values.length; index++) {
        window.add(key, values[index]!, series.step(index), series.time(index));
      }
      window.check(now);
      drain.schedule();
    },
    logParams(tree: ParamTree) {
      assertActive();
      const flat = flattenParams(tree);
      for (const [name, value] of flat) assertUnchanged(id, name, params.get(name), value);
      for (const [name, value] of flat) params.set(name, value);
      if (flat.size > 0) append({ kind: "params", run: id, params: Object.fromEntries(flat) });
    },
    setTags(tags) {
      assertActive();
      assertTags(tags);
      append({ kind: "tags", run: id, tags: { ...tags } });
    },
    setGoals(goals) {
      assertActive();
      assertGoals(goals);
      if (Object.keys(goals).length > 0) append({ kind: "goals", run: id, goals: { ...goals } });
    },
    logDataset(data: DatasetInput, description: DatasetDescription = {}) {
      assertActive();
      append({ kind: "inputs", run: id, datasets: [describeDataset(data, description)] });
    },
    logText: (path, text) => logContent(path, new TextEncoder().encode(text)),
    logJson: (path, value) =>
      logContent(path, new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`)),
    logTable: (path, table) => logContent(path, new TextEncoder().encode(tableJson(path, table))),
    logImage(path, bytes) {
      assertImage(path, bytes);
      logContent(path, new Uint8Array(bytes));
    },
    logFigure(path, text) {
      assertFigure(path, text);
      logContent(path, new TextEncoder().encode(text));
    },
    async logArtifacts(source, { path, signal } = {}) {
      assertActive();
      const { localFiles } = await import("./local-files.js");
      const { files } = localFiles(source, path);
      for (const file of files) assertArtifactPath(file.path);
      const logged: ArtifactInfo[] = [];
      for (const file of files) logged.push(await logArtifact(file.path, file.open(), { signal }));
      return logged;
    },
    logArtifact,
    async logModel(name, source, options = {}) {
      assertActive();
      const upload = import("./store-model.js").then(async ({ storeModel }) => {
        const { files, output } = await storeModel(storage.blobs, clock.now(), name, source, options);
        for (const file of files) append({ kind: "artifact", run: id, ...file });
        append({ kind: "outputs", run: id, outputs: [output] });
        return output;
      });
      return awaited(upload);
    },
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
  const capture = context.capture(run, append);
  return {
    run,
    interrupt(status, reason) {
      if (!isOver) stop(status, reason);
      window.flush();
    },
    copyPoints: (points) => append({ kind: "points", run: id, points }),
    sayAlive() {
      if (!isOver) append({ kind: "alive", run: id, time: laterTime() });
    },
  };
}
