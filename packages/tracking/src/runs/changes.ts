import { trackingError } from "../errors.js";
import { PointBuffer } from "../metrics/point-buffer.js";
import { type MetricPoint, type MetricSummary, mergeSummaries, summaryOf } from "../metrics/summary.js";
import type { ParamValue } from "../params/flatten.js";
import type { RunInfo, RunStatus } from "./run-record.js";

/** How a run ends. */
export interface RunEnd {
  readonly status: RunStatus;
  readonly reason: string | undefined;
  readonly time: number;
}

/** What was logged since the last flush. Merging it into a run twice is merging it once. */
export class Changes {
  readonly points = new PointBuffer();
  readonly metrics = new Map<string, MetricSummary>();
  readonly params = new Map<string, ParamValue>();
  readonly tags = new Map<string, string>();
  readonly datasets: RunInfo["datasets"] = [];
  readonly artifacts = new Map<string, RunInfo["artifacts"][string]>();
  end: RunEnd | undefined;

  get empty(): boolean {
    const sizes = this.metrics.size + this.params.size + this.tags.size + this.artifacts.size;
    return sizes + this.datasets.length === 0 && this.end === undefined;
  }

  addPoint(key: string, point: MetricPoint): void {
    this.points.add(key, point.value, point.step, point.time);
    const summary = summaryOf(point);
    const known = this.metrics.get(key);
    this.metrics.set(key, known === undefined ? summary : mergeSummaries(known, summary));
  }

  /** The run with the changes. @throws {MillwrightError} `PARAM_CHANGED` */
  applyTo(run: RunInfo): RunInfo {
    const metrics = { ...run.metrics };
    for (const [key, summary] of this.metrics) {
      const known = ownValue(metrics, key);
      metrics[key] = known === undefined ? summary : mergeSummaries(known, summary);
    }
    const datasets = new Map(
      [...run.datasets, ...this.datasets].map((dataset) => [datasetIdentity(dataset), dataset]),
    );
    return {
      ...run,
      metrics,
      params: mergeParams(run, this.params),
      tags: { ...run.tags, ...Object.fromEntries(this.tags) },
      datasets: [...datasets.values()],
      artifacts: { ...run.artifacts, ...Object.fromEntries(this.artifacts) },
      ...(this.end === undefined
        ? {}
        : { status: this.end.status, reason: this.end.reason, endTime: this.end.time }),
    };
  }
}

/** The value of a name that was given, not one that every object has, such as `constructor`. */
export function ownValue<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function datasetIdentity({ name, digest, role }: RunInfo["datasets"][number]): string {
  return JSON.stringify([name, digest, role]);
}

function mergeParams(run: RunInfo, params: ReadonlyMap<string, ParamValue>): RunInfo["params"] {
  for (const [name, value] of params) assertUnchanged(run.id, name, ownValue(run.params, name), value);
  return { ...run.params, ...Object.fromEntries(params) };
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
    {
      details: { run, name },
    },
  );
}
