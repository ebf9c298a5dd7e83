import { type ColumnSpec, type Digest, defineRecord, digestOf, type Key } from "@millwright/core";
import { z } from "zod";
import type { ProcessIdentity } from "../capture/process-identity.js";
import type { MetricSummary } from "../metrics/summary.js";
import { outputSchema } from "./run-output.js";
import { isStoredSummary, type StoredSummary } from "./stored-summary.js";

const digest = z.custom<Digest>((value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value));
const number = z.custom<number>((value) => typeof value === "number");

/** A run as it is stored. Its points lie in the table {@link pointsTable}. */
export const runRecord = defineRecord({
  name: "run",
  version: 1,
  schema: z.object({
    id: z.string(),
    experiment: z.string(),
    name: z.string().optional(),
    parent: z.string().optional(),
    actor: z.string().optional(),
    status: z.enum(["RUNNING", "FINISHED", "FAILED", "KILLED"]),
    /** Why the run failed, for people. */
    reason: z.string().optional(),
    startTime: number,
    endTime: number.optional(),
    /** When it last went on after an end, or in another process, while it is RUNNING. */
    resumedTime: number.optional(),
    /** When the run was heard of last. */
    lastSeen: number.optional(),
    /** When the run was deleted. It can be restored until it is removed for good. */
    deletedTime: number.optional(),
    /** Where the run is written, to tell whether its process is still there. */
    process: z.custom<ProcessIdentity>((value) => typeof value === "object" && value !== null).optional(),
    /** Whether it was ended by others, because nothing was heard of its process. If that comes back, the run goes on. */
    reaped: z.boolean().optional(),
    params: z.record(z.string(), z.union([z.string(), number, z.boolean(), z.bigint()])),
    tags: z.record(z.string(), z.string()),
    /** Of each metric what {@link StoredSummary} says. */
    metrics: z.record(z.string(), z.custom<StoredSummary>(isStoredSummary)),
    /** Which way metrics are better, by their keys. */
    goals: z.record(z.string(), z.enum(["minimize", "maximize"])).default({}),
    datasets: z.array(
      z.object({
        name: z.string(),
        digest,
        role: z.string().optional(),
        rows: number.optional(),
        columns: z.array(z.custom<ColumnSpec>((value) => typeof value === "object")).optional(),
        source: z.string().optional(),
      }),
    ),
    artifacts: z.record(z.string(), z.object({ digest, size: number })),
    /** What came out of it. The files are artifacts below the path of each. */
    outputs: z.array(outputSchema).default([]),
  }),
});

/** A run as it lies in the store. */
export type StoredRun = z.output<(typeof runRecord)["schema"]>;

/** Everything that is known of a run but its histories. Times are microseconds since the epoch. */
export interface RunInfo extends Omit<StoredRun, "metrics"> {
  /** What is kept of each metric, by their keys. */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
}

/** A run as it was read. */
export interface ReadRun extends RunInfo {
  /** Whether it says RUNNING though its process is gone, as far as can be told from here: the process is looked at on its own host, else 90 s of silence count. */
  readonly stale?: boolean | undefined;
}

/** How a run stands. */
export type RunStatus = RunInfo["status"];

/** Package and layout: all keys of tracking begin with them. */
export const root = ["tracking", 1] as const;

/** Where the index lies in which runs are searched. */
export const searchPrefix = [...root, "search"] as const;

/** Where the points of a run lie. */
export function pointsTable(id: string): Key {
  return [...root, "points", id];
}

/** Under which the runs of an experiment are listed by their start. A long name would not fit into a key. */
export function experimentPrefix(experiment: string): Key {
  const short = new TextEncoder().encode(experiment).length <= 512;
  return [...root, "experiments", short ? experiment : digestOf(experiment)];
}

/** Orders the runs of an experiment by their start. */
export function experimentKey(run: Pick<RunInfo, "experiment" | "startTime" | "id">): Key {
  return [...experimentPrefix(run.experiment), run.startTime, run.id];
}

/** Who refers to the blob of an artifact. */
export function artifactOwner(id: string, path: string): Key {
  return [...root, "artifacts", id, digestOf(path)];
}
