import type { StructuredValue } from "../encoding/structured-value.js";
import { invalidArgument } from "../errors/create.js";
import type { SchemaInput, SchemaOutput, StandardSchema } from "./standard-schema.js";

/** Turns a value of one version into one of the next. It gets plain data; spread it to keep fields that it does not know. */
// biome-ignore lint/suspicious/noExplicitAny: old versions have no types any more; each step knows its own shape.
export type RecordUpgrade = (value: any) => StructuredValue;

/** A kind of record, as given to {@link defineRecord}. */
export interface RecordConfig<Schema extends StandardSchema> {
  /** The kind, in lowercase with hyphens: `"run"`. It is stored with each record and never changes. */
  readonly name: string;
  /** The version that is written now: 1, and one more with each change that old data has to be upgraded for. */
  readonly version: number;
  /**
   * Holds for the current version, in and out: it must accept what it gives, unchanged. So give defaults freely, but no
   * transformation.
   */
  readonly schema: Schema;
  /** For each older version, the step to the next one: `{ 1: (old) => ({ ...old, tags: {} }) }`. Steps stay for ever. */
  readonly upgrade?: Readonly<Record<number, RecordUpgrade>> | undefined;
}

/** A kind of record. `recordStore` reads and writes it. */
export interface RecordDefinition<Schema extends StandardSchema = StandardSchema> {
  readonly name: string;
  readonly version: number;
  readonly schema: Schema;
  readonly upgrade: Readonly<Record<number, RecordUpgrade>>;
}

/** What a record holds when it is read. */
export type RecordValue<Definition extends RecordDefinition> = SchemaOutput<Definition["schema"]>;

/** What is given to write it. */
export type RecordInput<Definition extends RecordDefinition> = SchemaInput<Definition["schema"]>;

/**
 * Declares a kind of record: versioned, checked structured data, of any size. A change that only adds optional fields needs no
 * new version: older programs keep fields that they do not know.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` for a name or version that cannot be, or if a step of `upgrade` is missing
 *
 * @example
 * ```ts
 * import { defineRecord } from "@millwright/core";
 * import { z } from "zod";
 *
 * const runRecord = defineRecord({
 *   name: "run",
 *   version: 2,
 *   schema: z.object({ name: z.string(), tags: z.record(z.string(), z.string()) }),
 *   upgrade: { 1: (run) => ({ ...run, tags: {} }) },
 * });
 * ```
 */
export function defineRecord<const Schema extends StandardSchema>(
  config: RecordConfig<Schema>,
): RecordDefinition<Schema> {
  const { name, version, schema, upgrade = {} } = config;
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
    throw invalidArgument(
      "name",
      `${JSON.stringify(name)} is not the name of a record: lowercase letters, digits and hyphens`,
    );
  }
  if (!Number.isSafeInteger(version) || version < 1)
    throw invalidArgument("version", `${version} is not a whole number from 1`);
  if (typeof schema?.["~standard"]?.validate !== "function") {
    throw invalidArgument("schema", "give a schema of the Standard Schema interface, such as one of zod 4");
  }
  for (let from = 1; from < version; from++) {
    if (typeof upgrade[from] !== "function") {
      throw invalidArgument(
        `upgrade[${from}]`,
        `records of version ${from} of ${name} need a step to version ${from + 1}`,
      );
    }
  }
  const unknown = Object.keys(upgrade).find((from) => !(Number(from) >= 1 && Number(from) < version));
  if (unknown !== undefined)
    throw invalidArgument(`upgrade[${unknown}]`, `there is no step from ${unknown} to version ${version}`);
  return { name, version, schema, upgrade };
}
