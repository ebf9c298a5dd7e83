import type * as z from "zod";
import type { ColumnSpec } from "../signature/column-spec.js";
import { fieldOf, fieldsOf } from "./field.js";

/**
 * The columns that rows of a schema become, in the order of its keys. docs/zod-types.md has the table: which zod type
 * becomes which column, and what is refused.
 *
 * A column is nullable where a row may hold null or leave the field out; a field with a default is always filled.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` whose `details.path` is the field that becomes no column
 *
 * @example
 * ```ts
 * import { columnSpecsOf } from "@millwright/core/zod";
 * import { z } from "zod";
 *
 * const Application = z.object({ age: z.int(), income: z.number().nullable(), region: z.enum(["north", "south"]) });
 * columnSpecsOf(Application);
 * // [{ name: "age", type: "int64", nullable: false }, { name: "income", type: "float64", nullable: true }, …]
 * ```
 */
export function columnSpecsOf(schema: z.core.$ZodObject): ColumnSpec[] {
  return fieldsOf(schema, "schema").map(([name, value]) => {
    const { type, nullable, missing } = fieldOf(value, name);
    return { name, type, nullable: nullable || missing };
  });
}
