import type { CallOptions, Storage } from "@millwright/core";
import { openLocalStorage } from "@millwright/core/local";
import { deletedRun, invalidArgument } from "../errors.js";
import { RunStore } from "../runs/run-store.js";
import { type SyncReport, syncRuns } from "../sync/sync-runs.js";

/** What to export from. */
export interface ExportRunOptions extends CallOptions {
  /** Where the run is. */
  readonly storage: Storage;
}

/**
 * Writes a run into a directory of this machine, under its id: what is known of it, its histories, its files and models. The directory
 * can be packed, copied to another machine and opened there by `openLocalStorage`, for a tracker to read or `syncRuns` to bring it
 * anywhere else. It is made if it is absent; one that holds other runs, or an earlier state of this one, is added to. A call that was
 * stopped or killed can be made again. What was logged but not flushed yet is not there yet.
 *
 * @throws {MillwrightError} `RUN_NOT_FOUND`, `RUN_DELETED`, `INVALID_ARGUMENT`, all before the directory is touched; and what
 *   `openLocalStorage` throws
 *
 * @example
 * ```ts
 * import { openLocalStorage } from "@millwright/core/local";
 * import { createTracker } from "@millwright/tracking";
 * import { exportRun } from "@millwright/tracking/local";
 *
 * const storage = await openLocalStorage("./millwright");
 * const tracker = createTracker({ storage });
 * const id = await tracker.run({ experiment: "credit" }, (run) => run.id);
 * await exportRun(id, "./credit-run", { storage });
 *
 * const copy = await openLocalStorage("./credit-run"); // here, or wherever the directory was copied to
 * console.log((await createTracker({ storage: copy }).getRun(id))?.status); // FINISHED
 * ```
 */
export async function exportRun(
  id: string,
  directory: string,
  options: ExportRunOptions,
): Promise<SyncReport> {
  const { storage, signal } = options;
  if (typeof storage?.kv?.atomic !== "function") throw invalidArgument("storage", "give a Storage");
  if (typeof directory !== "string" || directory === "")
    throw invalidArgument("directory", "give the path of a directory");
  const { value: run } = await new RunStore(storage).get(id, { signal });
  if (run.deletedTime !== undefined) throw deletedRun(id);
  const to = await openLocalStorage(directory, { signal });
  try {
    return await syncRuns({ from: storage, to, runs: [id], signal });
  } finally {
    await to.close();
  }
}
