import type { CallOptions, RecordStore, Storage } from "@millwright/core";
import { trackingError } from "../errors.js";
import { readHistory } from "../metrics/history.js";
import { assertArtifactPath, assertName } from "../names.js";
import { ownValue } from "../runs/run-draft.js";
import { pointsTable, type RunInfo, type runRecord } from "../runs/run-record.js";
import { listRuns } from "../tracker/list-runs.js";
import type { TrackingReader } from "./reader.js";

/** Reads from a storage. `upToDate` is awaited before each read. */
export function storageReader(
  storage: Storage,
  runs: RecordStore<typeof runRecord>,
  upToDate: (options: CallOptions) => Promise<void>,
): TrackingReader {
  async function existing(id: string, call: CallOptions): Promise<RunInfo> {
    await upToDate(call);
    const run = await findRun(runs, id, call);
    if (run === undefined)
      throw trackingError("RUN_NOT_FOUND", `there is no run ${id}`, { details: { run: id } });
    return run;
  }
  return {
    async getRun(id, call = {}) {
      await upToDate(call);
      return findRun(runs, id, call);
    },
    listRuns: (experiment, list = {}) => listRuns(storage, runs, experiment, list, upToDate),
    async getHistory(id, key, call = {}) {
      assertName(key, "key");
      await existing(id, call);
      return readHistory(storage.tables, pointsTable(id), key, call);
    },
    async getArtifact(id, path, call = {}) {
      assertArtifactPath(path);
      const artifact = ownValue((await existing(id, call)).artifacts, path);
      return artifact === undefined ? undefined : storage.blobs.get(artifact.digest, call);
    },
  };
}

/** The run of an id; `undefined` for anything that is none. */
export async function findRun(
  runs: RecordStore<typeof runRecord>,
  id: string,
  call: CallOptions,
): Promise<RunInfo | undefined> {
  if (typeof id !== "string" || id === "") return undefined;
  return (await runs.get([id], { signal: call.signal }))?.value;
}
