import {
  type ColumnBatch,
  type DatasetReference,
  parseDigest,
  type StructuredValue,
  toCanonicalJson,
} from "@millwright/core";
import { columnSpecsOf, datasetDigest } from "@millwright/core/columns";
import { invalidArgument } from "../errors.js";
import { trackingLimits } from "../limits.js";
import { assertName } from "../names.js";
import type { RunInfo } from "../runs/run-record.js";

/** Data that a run used: rows in columns, or a reference to data elsewhere. */
export type DatasetInput = ColumnBatch | DatasetReference;

/** What is said of some data beside its content. */
export interface DatasetDescription {
  /** Default: `"dataset"`, or the name of the reference. */
  readonly name?: string | undefined;
  /** What it was used for, such as `"training"`. */
  readonly role?: string | undefined;
  /** Where it is: a path, a URI, a query. */
  readonly source?: string | undefined;
}

/** What a run keeps of its data: never the rows. @throws {MillwrightError} `INVALID_ARGUMENT` */
export function describeDataset(
  data: DatasetInput,
  description: DatasetDescription,
): RunInfo["datasets"][number] {
  if (typeof data !== "object" || data === null)
    throw invalidArgument("data", "give a column batch or a dataset reference");
  const reference = "digest" in data ? data : referenceTo(data);
  const { name = reference.name, role, source = reference.source } = description;
  assertName(name, "name");
  if (role !== undefined) assertName(role, "role");
  const { rows, columns } = reference;
  const digest = parseDigest(reference.digest, "data.digest");
  if (rows !== undefined && !(Number.isSafeInteger(rows) && rows >= 0))
    throw invalidArgument("data.rows", `${rows} is no number of rows`);
  if (source !== undefined && typeof source !== "string") throw invalidArgument("source", "must be text");
  if (source !== undefined && source.length > trackingLimits.sourceLength)
    throw invalidArgument(
      "source",
      `has ${source.length} characters; at most ${trackingLimits.sourceLength} are allowed`,
    );
  if (columns !== undefined && !Array.isArray(columns))
    throw invalidArgument("data.columns", "must be an array of names and types");
  const described = { name, digest, role, rows, columns: columns && [...columns], source };
  // What could not be stored would hold up everything that is logged later.
  toCanonicalJson(described as unknown as StructuredValue, "data");
  return described;
}

function referenceTo(batch: ColumnBatch): DatasetReference {
  return { name: "dataset", digest: datasetDigest(batch), rows: batch.rows, columns: columnSpecsOf(batch) };
}
