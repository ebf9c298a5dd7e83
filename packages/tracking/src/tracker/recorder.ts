import type { CallOptions } from "@millwright/core";
import type { ActiveRun } from "../runs/run.js";
import type { RunOptions } from "./run-options.js";

/** Records runs. */
export interface Recorder extends AsyncDisposable {
  /**
   * Runs `body` inside a run and gives its result. The status follows the outcome: FINISHED, or FAILED with the message of the
   * error, which is thrown on.
   */
  run<Result>(options: RunOptions, body: (run: ActiveRun) => Result | Promise<Result>): Promise<Result>;
  /** Starts a run that you end yourself. Disposal without `end()` records FAILED. */
  startRun(options: RunOptions): Promise<ActiveRun>;
  /** Stores what ended processes have left in their journals. Done by itself before the first read, or when the first run starts. */
  recover(options?: CallOptions): Promise<void>;
  /** Stores what was logged and ends the work in the background. Runs that have not ended stay RUNNING. */
  close(): Promise<void>;
}
