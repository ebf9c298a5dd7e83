import { toCanonicalJson } from "../encoding/canonical-json.js";
import type { StructuredValue } from "../encoding/structured-value.js";
import { coreError, invalidArgument, messageOf } from "../errors/create.js";
import { type Digest, isDigest } from "../identity/digest.js";
import type { KvValue } from "../kv/kv-store.js";
import type { RecordDefinition } from "./define-record.js";
import { describeIssue } from "./standard-schema.js";

/**
 * How a record lies in the KvStore: `{ record, version, value }`, or, if that is too large, `{ record, version, blob, size }`,
 * where the blob holds the canonical JSON of the value.
 */
export interface StoredRecord {
  readonly version: number;
  /** Present unless spilled. */
  readonly value?: StructuredValue | undefined;
  readonly blob?: Digest | undefined;
}

/** The stored form of a value that fits. */
export function inlineForm(
  definition: RecordDefinition,
  version: number,
  value: StructuredValue,
): StructuredValue {
  return { record: definition.name, version, value };
}

/** The stored form of a value that lies in a blob. */
export function spilledForm(
  definition: RecordDefinition,
  version: number,
  blob: Digest,
  size: number,
): StructuredValue {
  return { record: definition.name, version, blob, size };
}

/** The parts of a stored form. `where` names the record. @throws {MillwrightError} `CORRUPT` */
export function parseStored(definition: RecordDefinition, stored: KvValue, where: string): StoredRecord {
  const fields =
    typeof stored === "object" && stored !== null
      ? (stored as { readonly [field: string]: StructuredValue | undefined })
      : {};
  const { record, version, value, blob } = fields;
  if (
    record !== definition.name ||
    typeof version !== "number" ||
    !Number.isSafeInteger(version) ||
    version < 1
  ) {
    throw coreError(
      "CORRUPT",
      `${where} is no record of the kind ${definition.name}; was it written past the records?`,
    );
  }
  if (typeof blob === "string" && isDigest(blob)) return { version, blob };
  if (value === undefined) throw coreError("CORRUPT", `${where} has neither a value nor a blob`);
  return { version, value };
}

/**
 * The stored value brought to the current version. Values of newer versions stay as they are: if they cannot be read,
 * the schema says so.
 *
 * @throws {MillwrightError} `CORRUPT` if a step of the upgrade fails
 */
export function upgradeValue(
  definition: RecordDefinition,
  version: number,
  value: StructuredValue,
  where: string,
): StructuredValue {
  let current = value;
  for (let from = version; from < definition.version; from++) {
    try {
      current = definition.upgrade[from]!(current);
      // What a step gives must be as storable as what it got.
      toCanonicalJson(current);
    } catch (cause) {
      throw coreError(
        "CORRUPT",
        `${where} could not be upgraded from version ${from} to ${from + 1}: ${messageOf(cause)}`,
        { cause },
      );
    }
  }
  return current;
}

/** What the schema gives for a value from the store. @throws {MillwrightError} `FORMAT_TOO_NEW` or `CORRUPT` */
export async function checkStored(
  definition: RecordDefinition,
  version: number,
  value: StructuredValue,
  where: string,
): Promise<unknown> {
  const result = await definition.schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const { path, message } = describeIssue(result.issues[0]!, "value");
  if (version > definition.version) {
    throw coreError(
      "FORMAT_TOO_NEW",
      `${where} has version ${version} of ${definition.name}, and this program knows ${definition.version}; upgrade it to read the record`,
      { details: { path, version, known: definition.version } },
    );
  }
  throw coreError("CORRUPT", `${where} does not satisfy its schema: ${path}: ${message}`, {
    details: { path },
  });
}

/** What the schema gives for a value from the caller. @throws {MillwrightError} `INVALID_ARGUMENT` with the path */
export async function checkGiven(definition: RecordDefinition, value: unknown): Promise<unknown> {
  const result = await definition.schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const { path, message } = describeIssue(result.issues[0]!, "value");
  throw invalidArgument(path, `${message} (in a record of the kind ${definition.name})`);
}
