import { type ColumnType, toIso } from "@millwright/core";
import type { ColumnValue } from "@millwright/core/columns";
import type * as z from "zod";

/** How a row holds the values of a column: int64 as number or bigint, a time as `Date` or ISO 8601, the rest as they are. */
export interface ValueForm {
  readonly kind: "number" | "bigint" | "date" | "iso" | "plain";
  /** Whether a row may hold null; a field that may only be left out holds `undefined`. */
  readonly nullable: boolean;
}

/** The form of the values of a schema that becomes a column of this type. */
export function valueFormOf(schema: z.core.$ZodType, type: ColumnType): ValueForm {
  const nullable = admitsNull(schema);
  const basic = basicType(schema);
  if (type === "timestamp") return { kind: basic === "date" ? "date" : "iso", nullable };
  if (type !== "int64" && type !== "uint64") return { kind: "plain", nullable };
  return { kind: basic === "bigint" ? "bigint" : "number", nullable };
}

/** The value of a column as a row of the schema holds it. Exact, or left as it is for the schema to refuse. */
export function rowValue(form: ValueForm, value: ColumnValue): unknown {
  if (value === null) return form.nullable ? null : undefined;
  switch (form.kind) {
    case "number":
      return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case "bigint":
      return Number.isSafeInteger(value) ? BigInt(value as number) : value;
    case "date":
      // A Date has milliseconds: what has more is not cut off.
      return typeof value === "number" && value % 1000 === 0 ? new Date(value / 1000) : value;
    case "iso":
      return typeof value === "number" ? toIso(value) : value;
    default:
      return value;
  }
}

/** What is left of a schema without its wrappers: `"number"`, `"bigint"`, `"date"`, … */
function basicType(schema: z.core.$ZodType): string {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "nullable":
    case "optional":
    case "nonoptional":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return basicType(def.innerType);
    case "union": {
      const types = def.options.map(basicType);
      return types.find((type) => type !== "null" && type !== "undefined") ?? "null";
    }
    case "literal":
      return typeof def.values.find((value) => value !== null && value !== undefined);
    default:
      return def.type;
  }
}

function admitsNull(schema: z.core.$ZodType): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "nullable":
    case "null":
      return true;
    case "optional":
    case "nonoptional":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return admitsNull(def.innerType);
    case "union":
      return def.options.some(admitsNull);
    case "literal":
      return def.values.includes(null);
    default:
      return false;
  }
}
