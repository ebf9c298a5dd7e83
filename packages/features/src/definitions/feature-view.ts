import { type ColumnSpec, type DurationInput, type TimeInput, toDuration } from "@millwright/core";
import { columnSpecsOf } from "@millwright/core/zod";
import type * as z from "zod";
import { invalidArgument } from "../errors.js";
import type { Entity } from "./entity.js";
import { assertName } from "./names.js";
import { type DefaultSource, type FeatureSource, tableSource } from "./source.js";
import { type ValueForm, valueFormOf } from "./value-form.js";

/** One feature of a view. */
export interface Feature {
  readonly name: string;
  readonly column: ColumnSpec;
  /** How rows hold its values. */
  readonly form: ValueForm;
}

/** Features of the same entities that are written together, and how long they hold. */
export interface FeatureView<
  Name extends string = string,
  Entities extends readonly Entity[] = readonly Entity[],
  Schema extends z.core.$ZodObject = z.core.$ZodObject,
  Source extends FeatureSource = FeatureSource,
> {
  readonly name: Name;
  readonly entities: Entities;
  readonly schema: Schema;
  /** Microseconds for which a row holds after its event time; 0: for ever. */
  readonly ttl: number;
  readonly source: Source;
  /** The features in the order of the schema. */
  readonly features: ReadonlyMap<string, Feature>;
}

/** What a view is made of. */
export interface FeatureViewConfig<
  Name extends string,
  Entities extends readonly Entity[],
  Schema extends z.core.$ZodObject,
  Source extends FeatureSource,
> {
  readonly name: Name;
  /** Whose features these are; several make a composite key, none makes features of everybody. */
  readonly entities: Entities;
  /** The features of a row: a `z.object` of fields that become columns, see docs/zod-types.md. */
  readonly schema: Schema;
  /** How long a row holds after its event time, such as `"90d"`. Default, and 0: for ever. */
  readonly ttl?: DurationInput | undefined;
  /** Default: `tableSource()`. */
  readonly source?: Source | undefined;
}

/** Names of the features of a view. */
export type FeatureName<View extends FeatureView> = keyof z.core.output<View["schema"]> & string;

/** A row as `write` and `push` take it: join keys, features and times under their names. */
export type FeatureRow<View extends FeatureView> = Readonly<z.core.input<View["schema"]>> & {
  readonly [Key in View["entities"][number] as Key["name"]]: z.core.input<Key["key"]>;
} & { readonly [Time in View["source"]["eventTime"]]: TimeInput } & {
  readonly [Time in NonNullable<View["source"]["createdTime"]>]?: TimeInput | null | undefined;
};

/**
 * Declares a view. Nothing is stored; give it to `createFeatureStore`. Names and types of features are known to the
 * compiler from then on.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of a name that is no name or is used twice, of a field that
 *   becomes no column, or of a ttl that is no whole number of microseconds
 *
 * @example
 * ```ts
 * import { defineEntity, defineFeatureView } from "@millwright/features";
 * import { z } from "zod";
 *
 * const customer = defineEntity({ name: "customer", key: z.string() });
 * const spending = defineFeatureView({
 *   name: "spending",
 *   entities: [customer],
 *   schema: z.object({ total30d: z.number(), purchases30d: z.int() }),
 *   ttl: "90d",
 * });
 * ```
 */
export function defineFeatureView<
  const Name extends string,
  const Entities extends readonly Entity[],
  Schema extends z.core.$ZodObject,
  Source extends FeatureSource = DefaultSource,
>(config: FeatureViewConfig<Name, Entities, Schema, Source>): FeatureView<Name, Entities, Schema, Source> {
  const { name, entities, schema, source = tableSource() as unknown as Source } = config;
  assertName(name, "name");
  if (!Array.isArray(entities))
    throw invalidArgument("entities", "give an array of entities, of defineEntity");
  if (source?.kind !== "table") throw invalidArgument("source", "give a source, such as tableSource()");
  const ttl = toDuration(config.ttl ?? 0, "ttl");
  if (!Number.isSafeInteger(ttl))
    throw invalidArgument("ttl", `${ttl} is not a whole number of microseconds`);

  const taken = new Map<string, string>();
  const take = (field: string, path: string): void => {
    const other = taken.get(field);
    if (other !== undefined)
      throw invalidArgument(path, `the name ${JSON.stringify(field)} is that of ${other} too`);
    taken.set(field, path);
  };
  take(source.eventTime, "source.eventTime");
  if (source.createdTime !== undefined) take(source.createdTime, "source.createdTime");
  for (const [index, entity] of entities.entries()) {
    if (typeof entity?.name !== "string" || entity.form === undefined)
      throw invalidArgument(`entities[${index}]`, "give an entity, of defineEntity");
    take(entity.name, `entities[${index}]`);
  }
  const features = new Map<string, Feature>();
  for (const column of columnSpecsOf(schema)) {
    const path = `schema.${column.name}`;
    assertName(column.name, path);
    take(column.name, path);
    const field = schema._zod.def.shape[column.name]!;
    features.set(column.name, { name: column.name, column, form: valueFormOf(field, column.type) });
  }
  if (features.size === 0) throw invalidArgument("schema", "a view has at least one feature");
  return Object.freeze({ name, entities, schema, ttl, source, features });
}
