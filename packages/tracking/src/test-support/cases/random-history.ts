import fc from "fast-check";
import { expect } from "vitest";
import { type ActiveRun, createTracker, type ParamValue, type Tracker } from "../../index.js";
import { expectSameAsModel, type ModelPoint, type ModelRun } from "./run-model.js";

const value = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324),
);
const step = fc.oneof(fc.bigInt(0n, 5n), fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n));
const key = fc.constantFrom("loss", "a b/c", "constructor", "é");
const text = fc.oneof(fc.constantFrom("", "x", "__proto__", "😀"), fc.string({ maxLength: 8 }));
const paramValue: fc.Arbitrary<ParamValue> = fc.oneof(
  text,
  value,
  fc.boolean(),
  fc.bigInt(-(2n ** 70n), 2n ** 70n),
);
const run = fc.nat();
const by = fc.nat({ max: 1 });
const experiment = fc.constantFrom("credit", "other", "long".repeat(100));

/** A step of a history: what one of two trackers does to one of the runs so far. What cannot be done is passed over. */
export const arbitraryAction = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("start"),
      by,
      experiment,
      name: fc.option(
        text.filter((name) => name !== "" && name !== "__proto__"),
        { nil: undefined },
      ),
      parent: fc.option(run, { nil: undefined }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("points"),
      run,
      key,
      points: fc.array(fc.record({ value, step }), { minLength: 1, maxLength: 5 }),
      again: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("params"), run, key, value: paramValue }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("tags"), run, key, value: text }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("file"),
      run,
      path: fc.constantFrom("a.txt", "b/c.txt"),
      text,
      streamed: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("dataset"), run, name: fc.constantFrom("train", "test") }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("flush"), run }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("end"),
      run,
      status: fc.constantFrom("FINISHED", "FAILED", "KILLED"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("resume"), by, run }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("fork"),
      by,
      run,
      step: fc.option(fc.bigInt(0n, 5n), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("delete", "restore", "remove"), by, run }) },
);

/** One of {@link arbitraryAction}. */
export type Action = typeof arbitraryAction extends fc.Arbitrary<infer Value> ? Value : never;

/** Does what actions say, and notes what must then be read. */
export class RandomHistory {
  readonly #trackers: readonly Tracker[];
  readonly #runs: ModelRun[] = [];
  readonly #active = new Map<string, ActiveRun>();
  #time = 1_700_000_000_000_000;

  constructor(trackers: readonly Tracker[]) {
    this.#trackers = trackers;
  }

  async act(action: Action): Promise<void> {
    if (action.kind === "start") return this.#start(action);
    const model = this.#runs[action.run % Math.max(this.#runs.length, 1)];
    if (model === undefined) return;
    const active = this.#active.get(model.id);
    if (active !== undefined) return this.#write(action, model, active);
    await this.#keep(action, model);
  }

  /** Ends what is active, and reads everything with another tracker. */
  async verify(reader: Tracker): Promise<void> {
    for (const model of this.#runs) {
      const active = this.#active.get(model.id);
      if (active !== undefined) await this.#write({ kind: "end", run: 0, status: "FINISHED" }, model, active);
    }
    for (const model of this.#runs) await expectSameAsModel(reader, model);
    for (const experiment of new Set(this.#runs.map((model) => model.experiment))) {
      const listed: string[] = [];
      for await (const { id } of reader.listRuns(experiment)) listed.push(id);
      const there = this.#runs.filter((model) => model.experiment === experiment && !model.deleted);
      expect(listed).toEqual(
        there
          .map(({ id }) => id)
          .sort()
          .reverse(),
      );
      const { runs } = await reader.searchRuns({ experiments: [experiment], limit: 1_000 });
      expect(runs.map(({ id }) => id).sort()).toEqual(listed.sort());
    }
  }

  async #start({ by, experiment, name, parent }: Extract<Action, { kind: "start" }>): Promise<void> {
    const above = parent === undefined ? undefined : this.#runs[parent % Math.max(this.#runs.length, 1)]?.id;
    const started = await this.#trackers[by]!.startRun({ experiment, name, parent: above });
    this.#add(started, name, above);
  }

  #add(started: ActiveRun, name: string | undefined, parent: string | undefined): ModelRun {
    const { id, experiment } = started;
    const model: ModelRun = {
      ...{ id, experiment, name, parent, status: "RUNNING", deleted: false },
      ...{ params: new Map(), tags: new Map(), metrics: new Map(), files: new Map(), datasets: new Set() },
    };
    this.#runs.push(model);
    this.#active.set(id, started);
    return model;
  }

  async #write(
    action: Exclude<Action, { kind: "start" }>,
    model: ModelRun,
    active: ActiveRun,
  ): Promise<void> {
    switch (action.kind) {
      case "points": {
        const points: ModelPoint[] = action.points.map((point) => ({ ...point, time: this.#time++ }));
        for (const { value, step, time } of action.again ? [...points, ...points] : points)
          active.logMetric(action.key, value, { step, time });
        model.metrics.set(action.key, [...(model.metrics.get(action.key) ?? []), ...points]);
        break;
      }
      case "params": {
        const known = model.params.get(action.key);
        const set = (): void => active.logParams({ [action.key]: action.value });
        if (known !== undefined && !Object.is(known, action.value))
          expect(set).toThrow(expect.objectContaining({ code: "PARAM_CHANGED" }));
        else {
          set();
          model.params.set(action.key, action.value);
        }
        break;
      }
      case "tags":
        active.setTags({ [action.key]: action.value });
        model.tags.set(action.key, action.value);
        break;
      case "file":
        if (action.streamed) await active.logArtifact(action.path, new Blob([action.text]).stream());
        else active.logText(action.path, action.text);
        model.files.set(action.path, action.text.toWellFormed());
        break;
      case "dataset": {
        const values = Float64Array.of(1, 2);
        active.logDataset({ rows: 2, columns: { x: { type: "float64", values } } }, { name: action.name });
        model.datasets.add(action.name);
        break;
      }
      case "flush":
        await active.flush();
        break;
      case "end":
        await active.end({ status: action.status as "FINISHED" });
        model.status = action.status as "FINISHED";
        this.#active.delete(model.id);
        break;
      default:
    }
  }

  async #keep(action: Exclude<Action, { kind: "start" }>, model: ModelRun): Promise<void> {
    if (!("by" in action)) return;
    const tracker = this.#trackers[action.by]!;
    const { id } = model;
    if (action.kind === "resume") {
      if (model.deleted) return expect(tracker.resumeRun(id)).rejects.toMatchObject({ code: "RUN_DELETED" });
      this.#active.set(id, await tracker.resumeRun(id));
      model.status = "RUNNING";
    } else if (action.kind === "fork") {
      if (model.deleted) return expect(tracker.forkRun(id)).rejects.toMatchObject({ code: "RUN_DELETED" });
      await this.#fork(tracker, model, action.step);
    } else if (action.kind === "delete") {
      await tracker.deleteRun(id);
      model.deleted = true;
    } else if (action.kind === "restore") {
      await tracker.restoreRun(id);
      model.deleted = false;
    } else {
      expect(await tracker.removeRun(id)).toBe(true);
      expect(await tracker.getRun(id)).toBeUndefined();
      this.#runs.splice(this.#runs.indexOf(model), 1);
    }
  }

  async #fork(tracker: Tracker, source: ModelRun, step: bigint | undefined): Promise<void> {
    const model = this.#add(await tracker.forkRun(source.id, { step }), source.name, undefined);
    for (const [name, value] of source.params) model.params.set(name, value);
    model.tags.set("millwright.fork.run", source.id);
    if (step !== undefined) model.tags.set("millwright.fork.step", `${step}`);
    for (const [name, points] of source.metrics) {
      const taken = points.filter((point) => step === undefined || point.step <= step);
      if (taken.length > 0) model.metrics.set(name, taken);
    }
  }
}

/** Two trackers of one storage. */
export function openTrackers(storages: Parameters<typeof createTracker>[0]["storage"][]): Tracker[] {
  return storages.map((storage) => createTracker({ storage, capture: false }));
}
