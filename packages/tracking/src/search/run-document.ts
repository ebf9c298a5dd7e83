import type { SearchDocument, SearchFieldValue, SearchValue } from "@millwright/core/search";
import type { RunInfo } from "../runs/run-record.js";

/** Raised with every change of {@link documentOf}: indexes that were written before lack what is new. */
export const documentRevision = 2;

/** What is searched of a run, in the words of the vocabulary. Metrics count by their latest value. */
export function documentOf(run: RunInfo): SearchDocument {
  const { id, name, actor, status, startTime, endTime, experiment, parent, reason, metrics } = run;
  const summaries = Object.entries(metrics);
  const steps = summaries.reduce<bigint | undefined>(
    (largest, [, { latest }]) => (largest === undefined || latest.step > largest ? latest.step : largest),
    undefined,
  );
  const attributes = {
    run_id: id,
    run_name: name,
    user_id: actor,
    status,
    start_time: startTime / 1_000,
    end_time: endTime === undefined ? undefined : endTime / 1_000,
    experiment,
    parent_run_id: parent,
    reason,
    duration: endTime === undefined ? undefined : (endTime - startTime) / 1e6,
    steps,
    deleted: run.deletedTime !== undefined,
  };
  return {
    id,
    entities: {
      attribute: present(attributes),
      metric: Object.fromEntries(summaries.map(([key, { latest }]) => [key, latest.value])),
      param: run.params,
      tag: run.tags,
      dataset: datasetsOf(run),
    },
  };
}

function datasetsOf({ datasets }: RunInfo): Record<string, SearchFieldValue> {
  // Most runs have none.
  if (datasets.length === 0) return {};
  return {
    name: distinct(datasets.map(({ name }) => name)),
    digest: distinct(datasets.map(({ digest }) => digest)),
    context: distinct(datasets.flatMap(({ role }) => (role === undefined ? [] : [role]))),
  };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function present(values: Readonly<Record<string, SearchValue | undefined>>): Record<string, SearchValue> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, SearchValue] => entry[1] !== undefined),
  );
}
