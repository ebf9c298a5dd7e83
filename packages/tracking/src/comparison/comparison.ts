import type { ComparedNumber, ComparedValue } from "./compared-value.js";

/** What differs between runs. Plain data that survives JSON; lists of values are in the order of {@link RunComparison.runs}. */
export interface RunComparison {
  readonly runs: readonly {
    readonly id: string;
    readonly name?: string | undefined;
    readonly experiment: string;
    readonly status: string;
    /** Microseconds since the epoch. */
    readonly startTime: number;
    /** Microseconds since the epoch. */
    readonly endTime?: number | undefined;
  }[];
  /** `experiment` and `status`, where they differ. */
  readonly attributes: readonly ValueDifference[];
  readonly params: readonly ValueDifference[];
  readonly tags: readonly ValueDifference[];
  readonly metrics: readonly MetricDifference[];
  readonly datasets: readonly DatasetDifference[];
  readonly artifacts: readonly ArtifactDifference[];
  /** What runs captured by themselves: the tags `millwright.…`, without that prefix. */
  readonly environment: readonly ValueDifference[];
}

/** One key whose values are not the same in all runs. */
export interface ValueDifference {
  readonly key: string;
  /** One a run; `null` where the run has none. */
  readonly values: readonly (ComparedValue | null)[];
  /** Of the finite numbers, if all values that are there are numbers. A bigint is rounded. */
  readonly range?: { readonly low: number; readonly high: number } | undefined;
}

/** One metric whose summary is not the same in all runs. */
export interface MetricDifference {
  readonly key: string;
  /** One a run; `null` where the run has none. */
  readonly latest: readonly (ComparedNumber | null)[];
  /** The lowest value of the history, one a run; `null` where there is none, or only NaN. */
  readonly minimum: readonly (ComparedNumber | null)[];
  /** The highest value of the history, one a run. */
  readonly maximum: readonly (ComparedNumber | null)[];
  /** The run with the lowest minimum and the run with the highest maximum, the first of equals. */
  readonly best: { readonly minimum?: BestRun | undefined; readonly maximum?: BestRun | undefined };
  /** Of the latest values that are finite. The standard deviation is that of a sample (n − 1), 0 for one value. */
  readonly spread?:
    | {
        readonly low: number;
        readonly high: number;
        readonly mean: number;
        readonly standardDeviation: number;
      }
    | undefined;
}

export interface BestRun {
  /** Its id. */
  readonly run: string;
  readonly value: ComparedNumber;
}

/** The datasets of one role, where their digests are not the same in all runs. */
export interface DatasetDifference {
  /** `null`: logged without a role. */
  readonly role: string | null;
  /** One list a run, by name. */
  readonly values: readonly (readonly { readonly name: string; readonly digest: string }[])[];
}

/** One artifact path whose content is not the same in all runs. */
export interface ArtifactDifference {
  readonly path: string;
  /** One a run; `null` where the run has none. Sizes are bytes. */
  readonly values: readonly ({ readonly digest: string; readonly size: number } | null)[];
}
