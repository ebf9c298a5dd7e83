import type { CallOptions, KvEntry } from "@millwright/core";
import { trackingLimits } from "../limits.js";
import { assertName } from "../names.js";
import { experimentPrefix, type RunInfo } from "../runs/run-record.js";
import type { RunStore } from "../runs/run-store.js";

/** Which runs to list. */
export interface RunListOptions extends CallOptions {
  /** Stops after so many runs. Default: all. */
  readonly limit?: number | undefined;
  /** Goes on where another listing of the experiment stood. */
  readonly cursor?: string | undefined;
}

/** Runs, the newest first. */
export interface RunListing extends AsyncIterableIterator<RunInfo> {
  /** Pass it to `listRuns` to go on behind the last run that was given out. */
  readonly cursor: string;
  [Symbol.asyncIterator](): RunListing;
}

/** Walks the index of an experiment, and reads the runs behind it. */
export function listRuns(
  runs: RunStore,
  experiment: string,
  options: RunListOptions,
  upToDate: (options: CallOptions) => Promise<void>,
): RunListing {
  assertName(experiment, "experiment", trackingLimits.nameLength);
  let isReady = false;
  const index = runs.storage.kv.list({ prefix: experimentPrefix(experiment) }, { reverse: true, ...options });
  return {
    async next() {
      if (!isReady) await upToDate(options);
      isReady = true;
      for (;;) {
        const step: IteratorResult<KvEntry, undefined> = await index.next();
        if (step.done === true) return { done: true, value: undefined };
        const run = await runs.find(step.value.key.at(-1) as string, options);
        if (run !== undefined && run.value.deletedTime === undefined)
          return { done: false, value: run.value };
      }
    },
    get cursor() {
      return index.cursor;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
