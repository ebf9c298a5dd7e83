import type { CallOptions } from "@millwright/core";
import type { SearchExpression, SearchOrder } from "@millwright/core/search";
import type { ReadRun } from "../runs/run-record.js";

/** Which runs to find, and in which order. */
export interface RunSearchOptions extends CallOptions {
  /** Only runs of these experiments. Default: of all. */
  readonly experiments?: readonly string[] | undefined;
  /**
   * MLflow's search language and more: `"metrics.auc > 0.9 AND (params.depth IN (3, 4) OR tags.team LIKE 'risk%')"`; or a tree of
   * `@millwright/core/search`. By data: `"dataset.name = 'loans' AND dataset.context = 'training'"`. Default: all runs.
   */
  readonly filter?: string | SearchExpression | undefined;
  /** Such as `["metrics.auc DESC", "start_time"]`; not by data, of which a run has several. Default, and last tiebreak but the id: the newest first. */
  readonly orderBy?: string | readonly (string | SearchOrder)[] | undefined;
  /** Runs of a page, 1 to 50,000. Default: 100. */
  readonly limit?: number | undefined;
  /** Goes on behind a page of the same search. */
  readonly cursor?: string | undefined;
  /** Whether deleted runs are found: not (`"exclude"`, the default), too, or only. */
  readonly deleted?: "exclude" | "include" | "only" | undefined;
}

/** A page of runs. */
export interface RunPage {
  readonly runs: readonly ReadRun[];
  /** For the next page; `undefined` after the last one. */
  readonly cursor: string | undefined;
  /** Runs that match, on all pages. */
  readonly total: number;
}
