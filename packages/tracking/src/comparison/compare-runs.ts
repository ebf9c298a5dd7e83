import { invalidArgument } from "../errors.js";
import type { ComparedRun } from "./compared-run.js";
import { type ComparedValue, comparedValue, identityOf, numberOf } from "./compared-value.js";
import type { ArtifactDifference, DatasetDifference, RunComparison, ValueDifference } from "./comparison.js";
import { compareText, keysOf, own } from "./keys.js";
import { metricDifferences } from "./metric-differences.js";

/** How many runs can be compared at once. */
export const comparedRunsLimit = 500;

/** Before the names of what a run captured by itself of where it ran. */
const captured = "millwright.";

export interface CompareRunsOptions {
  /**
   * List tags that programs write for themselves among the tags too: `millwright.…`, which are always the environment, and
   * `mlflow.…`. Default: false.
   */
  readonly systemTags?: boolean | undefined;
}

/**
 * What differs between 2 to 500 runs, and nothing else: a key whose values are equal in all of them is left out. Values keep
 * their types (1 is not "1"), a missing value is a difference, NaN equals NaN. Names, ids, times and steps are not compared.
 * Datasets are compared by role and digest, artifacts by path and digest; the environment is
 * what a run captured by itself as `millwright.…` tags. Keys come in the order of their code units.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` for fewer than 2 or more than 500 runs, and for one run twice
 *
 * @example
 * ```ts
 * import type { RunInfo } from "@millwright/tracking";
 * import { compareRuns, comparisonText } from "@millwright/tracking/comparison";
 *
 * declare const runs: RunInfo[];
 * const comparison = compareRuns(runs);
 * for (const { key, values } of comparison.params) console.log(key, values);
 * console.log(comparisonText(comparison));
 * ```
 */
export function compareRuns(runs: readonly ComparedRun[], options: CompareRunsOptions = {}): RunComparison {
  if (runs.length < 2) throw invalidArgument("runs", `comparing needs at least 2 runs, got ${runs.length}`);
  assertRuns(runs);
  const isUserTag = (key: string): boolean => !/^(millwright|mlflow)\./.test(key);
  const kept = options.systemTags === true ? () => true : isUserTag;
  const tags = valueDifferences(runs.map((run) => run.tags));
  return {
    runs: runs.map(({ id, name, experiment, status, startTime, endTime }) => ({
      id,
      ...(name === undefined ? {} : { name }),
      ...{ experiment, status, startTime },
      ...(endTime === undefined ? {} : { endTime }),
    })),
    attributes: valueDifferences(runs.map(({ experiment, status }) => ({ experiment, status }))),
    params: valueDifferences(runs.map(({ params }) => params)),
    tags: tags.filter(({ key }) => kept(key)),
    metrics: metricDifferences(runs),
    datasets: datasetDifferences(runs),
    artifacts: artifactDifferences(runs),
    environment: tags
      .filter(({ key }) => key.startsWith(captured))
      .map((difference) => ({ ...difference, key: difference.key.slice(captured.length) })),
  };
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` for more runs than can be compared, and for one run twice */
export function assertRuns(runs: readonly ComparedRun[]): void {
  if (runs.length > comparedRunsLimit) {
    throw invalidArgument(
      "runs",
      `at most ${comparedRunsLimit} runs can be compared at once, got ${runs.length}; select fewer, by a filter or the first of an order`,
    );
  }
  const seen = new Set<string>();
  for (const [index, { id }] of runs.entries()) {
    if (seen.has(id)) throw invalidArgument(`runs[${index}].id`, `run "${id}" is there twice`);
    seen.add(id);
  }
}

function valueDifferences(
  records: readonly Readonly<Record<string, string | number | boolean | bigint>>[],
): ValueDifference[] {
  return keysOf(records).flatMap((key) => {
    const values = records.map((record) => {
      const value = own(record, key);
      return value === undefined ? null : comparedValue(value);
    });
    if (new Set(values.map(identityOf)).size === 1) return [];
    const range = rangeOf(values);
    return [{ key, values, ...(range === undefined ? {} : { range }) }];
  });
}

function rangeOf(values: readonly (ComparedValue | null)[]): ValueDifference["range"] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null) continue;
    const number = numberOf(value);
    if (number === undefined) return undefined;
    if (!Number.isFinite(number)) continue;
    low = Math.min(low, number);
    high = Math.max(high, number);
  }
  return low <= high ? { low, high } : undefined;
}

function datasetDifferences(runs: readonly ComparedRun[]): DatasetDifference[] {
  const roles = new Set(runs.flatMap(({ datasets }) => datasets.map(({ role }) => role ?? null)));
  const ordered = [...roles].sort((a, b) => compareText(a ?? "", b ?? ""));
  return ordered.flatMap((role) => {
    const values = runs.map(({ datasets }) =>
      datasets
        .filter((dataset) => (dataset.role ?? null) === role)
        .map(({ name, digest }) => ({ name, digest }))
        .sort((a, b) => compareText(a.name, b.name) || compareText(a.digest, b.digest)),
    );
    const digests = values.map((list) => [...new Set(list.map(({ digest }) => digest))].sort().join(" "));
    return new Set(digests).size === 1 ? [] : [{ role, values }];
  });
}

function artifactDifferences(runs: readonly ComparedRun[]): ArtifactDifference[] {
  const all = runs.map(({ artifacts }) => artifacts);
  return keysOf(all).flatMap((path) => {
    const values = all.map((artifacts) => {
      const artifact = own(artifacts, path);
      return artifact === undefined ? null : { digest: artifact.digest, size: artifact.size };
    });
    return new Set(values.map((value) => value?.digest)).size === 1 ? [] : [{ path, values }];
  });
}
