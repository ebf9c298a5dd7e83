import { digestOf, isDigest, MillwrightError, messageOf } from "@millwright/core";
import { checkBatch } from "@millwright/core/columns";
import { invalidArgument } from "../errors.js";
import { trackingLimits } from "../limits.js";
import { pointColumns } from "../metrics/summarise.js";
import { assertArtifactPath, assertName } from "../names.js";
import type {
  ArtifactOperation,
  CreateOperation,
  Operation,
  PointsOperation,
} from "../operations/operation.js";
import { flattenParams } from "../params/flatten.js";
import { assertGoals } from "../runs/metric-goal.js";
import { runRecord } from "../runs/run-record.js";
import { assertTags } from "../runs/tags.js";
import { checkedProcess } from "./check-process.js";

type Kind = Operation["kind"];

/** Each gives the operation with what belongs to it, and nothing else. */
type Checks = { readonly [K in Kind]: (operation: Extract<Operation, { kind: K }>) => Operation };

const { datasets: datasetsSchema, outputs: outputsSchema } = runRecord.schema.shape;

/**
 * An operation that came from outside, as far as a run can hold it: it obeys all that recording would have refused at once.
 *
 * @param path how messages name it
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 */
export function checkedOperation(operation: Operation, path: string): Operation {
  const { kind, run } = operation;
  if (!Object.hasOwn(checks, kind)) throw invalidArgument(`${path}.kind`, `there is no operation ${kind}`);
  assertRun(run, `${path}.run`);
  try {
    return (checks[kind] as (operation: Operation) => Operation)(operation);
  } catch (error) {
    const inner = MillwrightError.is(error) ? error.details.path : undefined;
    const message = messageOf(error);
    if (typeof inner !== "string") throw invalidArgument(path, message);
    const problem = message.startsWith(`${inner}: `) ? message.slice(inner.length + 2) : message;
    throw invalidArgument(`${path}.${inner}`, problem);
  }
}

const checks: Checks = {
  create: checkedCreate,
  points: checkedPoints,
  params({ kind, run, params }) {
    assertObject(params, "params");
    for (const [name, value] of Object.entries(params))
      if (typeof value === "object") throw invalidArgument(`params.${name}`, "must be flat already");
    flattenParams(params);
    return { kind, run, params };
  },
  tags({ kind, run, tags }) {
    assertObject(tags, "tags");
    assertTags(tags);
    return { kind, run, tags };
  },
  inputs({ kind, run, datasets }) {
    const found = datasetsSchema.safeParse(datasets);
    if (!found.success) throw invalidArgument("datasets", found.error.issues[0]!.message);
    for (const { name, role, columns = [] } of found.data) {
      assertName(name, "datasets.name");
      if (role !== undefined) assertName(role, "datasets.role");
      for (const column of columns)
        if (typeof column?.name !== "string" || typeof column.type !== "string")
          throw invalidArgument("datasets.columns", "must have names and types");
    }
    return { kind, run, datasets: found.data };
  },
  artifact: checkedArtifact,
  outputs({ kind, run, outputs }) {
    const found = outputsSchema.safeParse(outputs);
    if (!found.success) throw invalidArgument("outputs", found.error.issues[0]!.message);
    for (const { name, path, signature, tags = {} } of found.data) {
      assertName(name, "outputs.name");
      assertArtifactPath(path);
      assertTags(tags);
      if (signature !== undefined && !(Array.isArray(signature.inputs) && Array.isArray(signature.outputs)))
        throw invalidArgument("outputs.signature", "must have inputs and outputs");
    }
    return { kind, run, outputs: found.data };
  },
  goals({ kind, run, goals }) {
    assertObject(goals, "goals");
    assertGoals(goals);
    return { kind, run, goals };
  },
  resume: ({ kind, run, time, process }) => ({
    kind,
    run,
    time: checkedTime(time),
    process: checkedProcess(process),
  }),
  alive: ({ kind, run, time }) => ({ kind, run, time: checkedTime(time) }),
  end({ kind, run, status, reason, time }) {
    if (!["FINISHED", "FAILED", "KILLED"].includes(status))
      throw invalidArgument("status", "is none of FINISHED, FAILED and KILLED");
    if (reason !== undefined && (typeof reason !== "string" || !reason.isWellFormed()))
      throw invalidArgument("reason", "must be text without lone surrogates");
    return { kind, run, status, reason, time: checkedTime(time) };
  },
};

function checkedCreate(operation: CreateOperation): CreateOperation {
  const { kind, run, experiment, name, parent, actor, time, process } = operation;
  assertName(experiment, "experiment", trackingLimits.nameLength);
  if (name !== undefined) assertName(name, "name", trackingLimits.nameLength);
  if (parent !== undefined) assertRun(parent, "parent");
  if (actor !== undefined) assertName(actor, "actor", trackingLimits.nameLength);
  return {
    kind,
    run,
    experiment,
    name,
    parent,
    actor,
    time: checkedTime(time),
    process: checkedProcess(process),
  };
}

function checkedPoints({ kind, run, points }: PointsOperation): PointsOperation {
  checkBatch(points, "points");
  const { keys, times } = pointColumns(points);
  const columns = Object.entries(points.columns);
  if (columns.length !== 4 || columns.some(([, column]) => column.validity !== undefined))
    throw invalidArgument(
      "points",
      "has other columns than key, step, value and time, or values that are missing",
    );
  for (const key of keys) assertName(key, "points.key");
  if (new Set(keys).size !== keys.length) throw invalidArgument("points.key", "is in the dictionary twice");
  if (!times.every((time) => Number.isSafeInteger(time)))
    throw invalidArgument("points.time", "is not a whole number of microseconds");
  return { kind, run, points };
}

function checkedArtifact({ kind, run, path, digest, size, content }: ArtifactOperation): ArtifactOperation {
  assertArtifactPath(path);
  if (!isDigest(digest)) throw invalidArgument("digest", "is no digest");
  if (!Number.isSafeInteger(size) || size < 0) throw invalidArgument("size", "is no number of bytes");
  if (content === undefined) return { kind, run, path, digest, size };
  if (!(content instanceof Uint8Array) || content.length !== size || digestOf(content) !== digest)
    throw invalidArgument("content", `has another digest or size than those of ${path}`);
  return { kind, run, path, digest, size, content };
}

function checkedTime(time: number): number {
  if (!Number.isSafeInteger(time)) throw invalidArgument("time", "is not a whole number of microseconds");
  return time;
}

function assertRun(id: unknown, path: string): asserts id is string {
  if (typeof id !== "string" || !/^[0-9a-f]{32}$/.test(id)) throw invalidArgument(path, "is no id of a run");
}

function assertObject(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array)
    throw invalidArgument(path, "must be an object");
}
