import type { CallOptions } from "@millwright/core";
import { isStale } from "../lifecycle/staleness.js";
import { assertArtifactPath } from "../names.js";
import { ownValue } from "../runs/run-draft.js";
import type { ReadRun, RunInfo } from "../runs/run-record.js";
import type { RunStore } from "../runs/run-store.js";
import type { RunSearch } from "../search/run-search.js";
import { listRuns } from "../tracker/list-runs.js";
import type { TrackingReader } from "./reader.js";

/** Reads from a storage. `upToDate` is awaited before each read. */
export function storageReader(
  runs: RunStore,
  upToDate: (options: CallOptions) => Promise<void>,
  search: () => Promise<RunSearch>,
): TrackingReader {
  const { storage } = runs;
  let loading: Promise<typeof import("./histories.js")> | undefined;
  // Kept, since hosts look an import up again each time.
  const histories = (): NonNullable<typeof loading> => (loading ??= import("./histories.js"));
  return {
    async searchRuns(options = {}) {
      await upToDate({ signal: options.signal });
      return (await search()).search(options);
    },
    async getRun(id, call = {}) {
      await upToDate(call);
      const run = (await runs.find(id, call))?.value;
      return run && withStaleness(run, storage.clock.now());
    },
    listRuns: (experiment, list = {}) => listRuns(runs, experiment, list, upToDate),
    getHistory: async (id, key, options = {}) =>
      (await histories()).getHistory(runs, id, key, options, upToDate),
    getHistories: async (options) => (await histories()).getHistories(runs, options, upToDate),
    async getArtifact(id, path, call = {}) {
      assertArtifactPath(path);
      await upToDate(call);
      const artifact = ownValue((await runs.get(id, call)).value.artifacts, path);
      return artifact === undefined ? undefined : storage.blobs.get(artifact.digest, call);
    },
  };
}

function withStaleness(run: RunInfo, now: number): ReadRun {
  return isStale(run, now) ? { ...run, stale: true } : run;
}
