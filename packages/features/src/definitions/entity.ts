import { type ColumnSpec, encodeKey, type KeyPart } from "@millwright/core";
import { columnSpecsOf } from "@millwright/core/zod";
import * as z from "zod";
import { invalidArgument } from "../errors.js";
import { assertName } from "./names.js";
import { parse } from "./parse.js";
import { rowValue, type ValueForm, valueFormOf } from "./value-form.js";

/** What identifies an entity. */
export type EntityKey = string | number | bigint | boolean;

/** A kind of thing that features are about: a customer, an account, a device. */
export interface Entity<
  Name extends string = string,
  Key extends z.core.$ZodType<EntityKey> = z.core.$ZodType<EntityKey>,
> {
  /** Also the name of the column that holds its key. */
  readonly name: Name;
  readonly key: Key;
  readonly column: ColumnSpec;
  /** How rows hold the key. */
  readonly form: ValueForm;
}

/** Bytes of all keys of a row together, as a key of the store. Leaves room for the names of namespace and view. */
const keyBytes = 512;

const keyTypes: readonly string[] = [
  ...["string", "bool", "int8", "int16", "int32", "int64"],
  ...["uint8", "uint16", "uint32", "uint64"],
];

/**
 * Declares an entity. Its name is the join key: rows hold the key under it. The key is a string, an integer or a
 * boolean, by any schema of zod that becomes such a column. An entity with several keys is a view with several entities.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if the name is no name, or the schema admits null, floats, times or bytes
 *
 * @example
 * ```ts
 * import { defineEntity } from "@millwright/features";
 * import { z } from "zod";
 *
 * const customer = defineEntity({ name: "customer", key: z.string() });
 * const account = defineEntity({ name: "account", key: z.int() });
 * ```
 */
export function defineEntity<
  const Name extends string,
  const Key extends z.core.$ZodType<EntityKey>,
>(config: { readonly name: Name; readonly key: Key }): Entity<Name, Key> {
  const { name, key } = config;
  assertName(name, "name");
  if (typeof key?.["~standard"]?.validate !== "function")
    throw invalidArgument("key", "give a zod schema, such as z.string()");
  const [column] = columnSpecsOf(z.object({ key }));
  if (column === undefined || column.nullable || !keyTypes.includes(column.type)) {
    throw invalidArgument(
      "key",
      `a join key is a string, an integer or a boolean and never null; this is ${column?.nullable ? "nullable " : ""}${column?.type}`,
    );
  }
  return Object.freeze({
    name,
    key,
    column: Object.freeze({ ...column, name }),
    form: Object.freeze(valueFormOf(key, column.type)),
  });
}

/**
 * The key that a row gives, by the schema of the entity; `null` stays null and matches nothing.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if there is none, or the schema refuses it
 */
export function parseKey(entity: Entity, given: unknown, path: string): EntityKey | null {
  if (given === undefined) {
    throw invalidArgument(path, `the join key of the entity ${JSON.stringify(entity.name)} is missing`);
  }
  if (given === null) return null;
  // A column holds int64 as bigint where rows of the schema hold numbers, and the other way round.
  const value = typeof given === "number" || typeof given === "bigint" ? rowValue(entity.form, given) : given;
  return parse(entity.key, value, path) as EntityKey;
}

/**
 * Keys as parts of a key of the store. All integers are bigints, so that a wider type of the same entity finds the same
 * rows; a boolean is the number 0 or 1.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if they are too long together
 */
export function keyParts(keys: readonly EntityKey[], path: string): KeyPart[] {
  const parts = keys.map((key): KeyPart => {
    if (typeof key === "string") return key;
    return typeof key === "boolean" ? Number(key) : BigInt(key);
  });
  const length = parts.reduce<number>(
    (sum, part) => sum + (typeof part === "string" ? part.length * 6 + 2 : 12),
    0,
  );
  if (length > keyBytes && encodeKey(parts, path).length > keyBytes) {
    throw invalidArgument(
      path,
      `the join keys of a row have at most ${keyBytes} bytes together; use a digest of them`,
    );
  }
  return parts;
}
