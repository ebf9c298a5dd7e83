import type { ColumnBatch, Digest } from "@millwright/core";
import type { ParamValue } from "../params/flatten.js";
import type { MetricGoal } from "../runs/metric-goal.js";
import type { RunOutput } from "../runs/run-output.js";
import type { RunInfo } from "../runs/run-record.js";

/**
 * Everything that a run writes, as one stream. Together with the identity of the journal that it was written to and its sequence
 * there, an operation has a name for ever, so that it can be sent twice and is applied once.
 */
export type Operation =
  | CreateOperation
  | PointsOperation
  | ParamsOperation
  | TagsOperation
  | InputsOperation
  | ArtifactOperation
  | OutputsOperation
  | GoalsOperation
  | ResumeOperation
  | AliveOperation
  | EndOperation;

/** A run begins. Its experiment is known by its name. */
export interface CreateOperation {
  readonly kind: "create";
  readonly run: string;
  readonly experiment: string;
  readonly name?: string | undefined;
  readonly parent?: string | undefined;
  readonly actor?: string | undefined;
  /** Microseconds since the epoch, as all times. */
  readonly time: number;
  readonly process?: RunInfo["process"];
}

/** Points of any metrics: the columns `key`, `step`, `value` and `time`. */
export interface PointsOperation {
  readonly kind: "points";
  readonly run: string;
  readonly points: ColumnBatch;
}

/** Parameters by their flat names. They keep their first value; a conflict refuses all of one operation. */
export interface ParamsOperation {
  readonly kind: "params";
  readonly run: string;
  readonly params: Readonly<Record<string, ParamValue>>;
}

/** Tags; the last value counts. */
export interface TagsOperation {
  readonly kind: "tags";
  readonly run: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Data that the run used. */
export interface InputsOperation {
  readonly kind: "inputs";
  readonly run: string;
  readonly datasets: RunInfo["datasets"];
}

/** A file of the run: its bytes, or the digest of a blob that is stored already. */
export interface ArtifactOperation {
  readonly kind: "artifact";
  readonly run: string;
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
  readonly content?: Uint8Array | undefined;
}

/** What came out of a run. Its files are artifacts, whose operations come before. */
export interface OutputsOperation {
  readonly kind: "outputs";
  readonly run: string;
  readonly outputs: readonly RunOutput[];
}

/** Which way metrics are better; the last goal of a metric counts. */
export interface GoalsOperation {
  readonly kind: "goals";
  readonly run: string;
  readonly goals: Readonly<Record<string, MetricGoal>>;
}

/** A run goes on, perhaps in another process. */
export interface ResumeOperation {
  readonly kind: "resume";
  readonly run: string;
  readonly time: number;
  readonly process?: RunInfo["process"];
}

/** The process of the run is there, though it logs nothing. */
export interface AliveOperation {
  readonly kind: "alive";
  readonly run: string;
  readonly time: number;
}

/** A run ends. */
export interface EndOperation {
  readonly kind: "end";
  readonly run: string;
  readonly status: Exclude<RunInfo["status"], "RUNNING">;
  readonly reason?: string | undefined;
  readonly time: number;
}

/** An operation with its place in its journal. */
export interface PlacedOperation {
  readonly sequence: number;
  readonly operation: Operation;
}
