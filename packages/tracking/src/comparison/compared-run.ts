import type { MetricSummary } from "../metrics/summary.js";
import type { ParamValue } from "../params/flatten.js";

/** What comparing needs of a run. A `RunInfo` is one, and what a tracker reads. */
export interface ComparedRun {
  readonly id: string;
  readonly name?: string | undefined;
  readonly experiment: string;
  readonly status: string;
  /** Whether it says RUNNING though its process is gone. */
  readonly stale?: boolean | undefined;
  /** Microseconds since the epoch. */
  readonly startTime: number;
  /** Microseconds since the epoch. */
  readonly endTime?: number | undefined;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly datasets: readonly {
    readonly name: string;
    readonly digest: string;
    readonly role?: string | undefined;
  }[];
  /** By path. */
  readonly artifacts: Readonly<Record<string, { readonly digest: string; readonly size: number }>>;
}

/** What a run is called where there is little room: its name, else the beginning of its id. */
export function runLabel(run: Pick<ComparedRun, "id" | "name">): string {
  return run.name === undefined || run.name.trim() === "" ? run.id.slice(0, 8) : run.name;
}
