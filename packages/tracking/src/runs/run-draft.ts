import { trackingError } from "../errors.js";
import type { MetricSummary } from "../metrics/summary.js";
import { mergeSummaries, withBest } from "../metrics/summary.js";
import type { CreateOperation, Operation } from "../operations/operation.js";
import type { ParamValue } from "../params/flatten.js";
import type { MetricGoal } from "./metric-goal.js";
import type { RunOutput } from "./run-output.js";
import type { RunInfo } from "./run-record.js";
import { stateAfter } from "./run-state.js";

/** A run while operations are applied to it. Applying one twice is applying it once. */
export class RunDraft {
  #run: RunInfo;
  readonly #params: Map<string, ParamValue>;
  readonly #tags: Map<string, string>;
  readonly #metrics: Map<string, MetricSummary>;
  readonly #datasets: Map<string, RunInfo["datasets"][number]>;
  readonly #artifacts: Map<string, RunInfo["artifacts"][string]>;
  readonly #outputs: Map<string, RunOutput>;
  readonly #goals: Map<string, MetricGoal>;

  constructor(run: RunInfo) {
    this.#run = run;
    this.#params = new Map(Object.entries(run.params));
    this.#tags = new Map(Object.entries(run.tags));
    this.#metrics = new Map(Object.entries(run.metrics));
    this.#datasets = new Map(run.datasets.map((dataset) => [datasetIdentity(dataset), dataset]));
    this.#artifacts = new Map(Object.entries(run.artifacts));
    this.#outputs = new Map(run.outputs.map((output) => [outputIdentity(output), output]));
    this.#goals = new Map(Object.entries(run.goals));
  }

  /** Applies an operation; points are applied by {@link addMetrics}. @throws {MillwrightError} `PARAM_CHANGED` */
  apply(operation: Operation): void {
    // Its process was thought to be gone, and is not.
    if (this.#run.reaped === true && operation.kind !== "end")
      this.#run = {
        ...this.#run,
        status: "RUNNING",
        reason: undefined,
        endTime: undefined,
        reaped: undefined,
      };
    switch (operation.kind) {
      case "params":
        this.#setParams(operation.params);
        break;
      case "tags":
        for (const [name, value] of Object.entries(operation.tags)) this.#tags.set(name, value);
        break;
      case "inputs":
        for (const dataset of operation.datasets) this.#datasets.set(datasetIdentity(dataset), dataset);
        break;
      case "artifact": {
        const { digest, size } = operation;
        this.#artifacts.set(operation.path, { digest, size });
        break;
      }
      case "outputs":
        for (const output of operation.outputs) this.#outputs.set(outputIdentity(output), output);
        break;
      case "goals":
        for (const [key, goal] of Object.entries(operation.goals)) this.#goals.set(key, goal);
        break;
      case "resume":
      case "end":
        this.#run = stateAfter(this.#run, operation);
        this.#seen(operation.time);
        break;
      case "alive":
        this.#seen(operation.time);
        break;
      default:
    }
  }

  addMetrics(summaries: ReadonlyMap<string, MetricSummary>): void {
    for (const [key, summary] of summaries) {
      const known = this.#metrics.get(key);
      this.#metrics.set(key, known === undefined ? summary : mergeSummaries(known, summary));
    }
  }

  toRun(): RunInfo {
    for (const [key, goal] of this.#goals) {
      const summary = this.#metrics.get(key);
      if (summary !== undefined) this.#metrics.set(key, withBest(summary, goal));
    }
    return {
      ...this.#run,
      params: Object.fromEntries(this.#params),
      tags: Object.fromEntries(this.#tags),
      metrics: Object.fromEntries(this.#metrics),
      datasets: [...this.#datasets.values()],
      artifacts: Object.fromEntries(this.#artifacts),
      outputs: [...this.#outputs.values()],
      goals: Object.fromEntries(this.#goals),
    };
  }

  #setParams(params: Readonly<Record<string, ParamValue>>): void {
    for (const [name, value] of Object.entries(params))
      assertUnchanged(this.#run.id, name, this.#params.get(name), value);
    for (const [name, value] of Object.entries(params)) this.#params.set(name, value);
  }

  #seen(time: number): void {
    if (time > (this.#run.lastSeen ?? this.#run.startTime)) this.#run = { ...this.#run, lastSeen: time };
  }
}

/** A run as it begins. */
export function createdRun({
  run,
  experiment,
  name,
  parent,
  actor,
  time,
  process,
}: CreateOperation): RunInfo {
  return {
    id: run,
    experiment,
    name,
    parent,
    actor,
    status: "RUNNING",
    startTime: time,
    process,
    params: {},
    tags: {},
    metrics: {},
    datasets: [],
    artifacts: {},
    outputs: [],
    goals: {},
  };
}

/** The value of a name that was given, not one that every object has, such as `constructor`. */
export function ownValue<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function datasetIdentity({ name, digest, role }: RunInfo["datasets"][number]): string {
  return JSON.stringify([name, digest, role]);
}

/** The same content under the same name at the same step is one output, however often it is logged. */
function outputIdentity({ kind, name, digest, step }: RunOutput): string {
  return JSON.stringify([kind, name, digest, `${step}`]);
}

/** @throws {MillwrightError} `PARAM_CHANGED` if the parameter has another value */
export function assertUnchanged(
  run: string,
  name: string,
  known: ParamValue | undefined,
  value: ParamValue,
): void {
  if (known === undefined || Object.is(known, value)) return;
  throw trackingError(
    "PARAM_CHANGED",
    `the parameter ${name} of run ${run} is ${known}; a run keeps its parameters. Start another run for ${value}`,
    { details: { run, name } },
  );
}
