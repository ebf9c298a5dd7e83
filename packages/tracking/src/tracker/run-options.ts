import type { CallOptions, JournalDurability, Principal } from "@millwright/core";
import type { ParamTree } from "../params/flatten.js";
import type { CaptureOptions } from "../recording/capture-options.js";
import type { MetricGoal } from "../runs/metric-goal.js";

/** How runs are recorded, wherever they go. */
export interface RecordingOptions {
  /** Who records; runs carry the id. */
  readonly actor?: Principal | undefined;
  /**
   * What survives when this process is killed: see {@link ActiveRun.durability}. Default: `"journal"` where there are journals on a
   * disk, else `"memory"`.
   */
  readonly durability?: JournalDurability | undefined;
  /** What runs capture by themselves; `false` for nothing. Default: the environment, and how the process ends. */
  readonly capture?: CaptureOptions | false | undefined;
  /** Hears of what could not be stored in the background, which is tried again, and of what was refused. */
  readonly onError?: ((error: unknown, runId: string | undefined) => void) | undefined;
}

/** How a run starts. */
export interface RunOptions extends CallOptions {
  readonly experiment: string;
  readonly name?: string | undefined;
  readonly params?: ParamTree | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Which way metrics are better, so that each keeps its best point: see {@link ActiveRun.setGoals}. */
  readonly goals?: Readonly<Record<string, MetricGoal>> | undefined;
  /** The id of the run that this one is a part of. That run may be one that is not stored yet. */
  readonly parent?: string | undefined;
}
