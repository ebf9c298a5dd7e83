import { digestOf } from "@millwright/core";
import { expect } from "vitest";
import type { ParamValue, RunInfo, Tracker } from "../../index.js";

/** A point that was logged. Times are distinct, so that the order of points is that of step and time. */
export interface ModelPoint {
  readonly value: number;
  readonly step: bigint;
  readonly time: number;
}

/** What a run must read back as, written down by hand while it is recorded. */
export interface ModelRun {
  readonly id: string;
  readonly experiment: string;
  readonly name: string | undefined;
  readonly parent: string | undefined;
  status: RunInfo["status"];
  deleted: boolean;
  readonly params: Map<string, ParamValue>;
  readonly tags: Map<string, string>;
  readonly metrics: Map<string, ModelPoint[]>;
  readonly files: Map<string, string>;
  readonly datasets: Set<string>;
}

/** Reads a run back by every way there is, and compares it with the model. */
export async function expectSameAsModel(tracker: Tracker, model: ModelRun): Promise<void> {
  const run = await tracker.getRun(model.id);
  const { id, experiment, name, parent, status } = model;
  expect(run).toMatchObject({ id, experiment, status });
  expect([run!.name, run!.parent]).toEqual([name, parent]);
  expect(run!.deletedTime !== undefined).toBe(model.deleted);
  expect(run!.params).toEqual(Object.fromEntries(model.params));
  expect(run!.tags).toEqual(Object.fromEntries(model.tags));
  expect(new Set(run!.datasets.map((dataset) => dataset.name))).toEqual(model.datasets);
  expect(run!.datasets).toHaveLength(model.datasets.size);
  expect(Object.keys(run!.metrics).sort()).toEqual([...model.metrics.keys()].sort());
  for (const [key, points] of model.metrics) {
    const ordered = distinct(points).sort((a, b) => Number(a.step - b.step) || a.time - b.time);
    const history = await tracker.getHistory(id, key);
    expect([...history.steps]).toEqual(ordered.map(({ step }) => step));
    expect([...history.values]).toEqual(ordered.map(({ value }) => value));
    expect([...history.times]).toEqual(ordered.map(({ time }) => time));
    const summary = run!.metrics[key]!;
    expect(summary.latest).toEqual(ordered.at(-1));
    expect(summary.first).toEqual(ordered[0]);
    const numbers = ordered.map(({ value }) => value).filter((value) => !Number.isNaN(value));
    expect(summary.minimum).toBe(numbers.length === 0 ? undefined : numbers.reduce((a, b) => Math.min(a, b)));
    expect(summary.maximum).toBe(numbers.length === 0 ? undefined : numbers.reduce((a, b) => Math.max(a, b)));
  }
  expect(Object.keys(run!.artifacts).sort()).toEqual([...model.files.keys()].sort());
  for (const [path, text] of model.files) {
    expect(run!.artifacts[path]!.digest).toBe(digestOf(text));
    expect(await (await tracker.getArtifact(id, path))!.text()).toBe(text);
  }
}

/** A history is a set. */
function distinct(points: readonly ModelPoint[]): ModelPoint[] {
  return [...new Map(points.map((point) => [`${point.step} ${point.time}`, point])).values()];
}
