import type * as z from "zod";
import { invalidArgument } from "../errors/create.js";
import type { MillwrightError } from "../errors/millwright-error.js";
import type { ColumnType } from "../signature/column-spec.js";
import { markedInteger } from "./numbers.js";

/** What a schema means for one field of a row. */
export interface Field {
  readonly type: ColumnType;
  /** Whether a row may hold null. */
  readonly nullable: boolean;
  /** Whether a row may leave the field out and then has no value. */
  readonly missing: boolean;
  /** Whether the schema fills in a value that was left out. */
  readonly filled: boolean;
}

/** Formats of numbers, the narrowest first: a schema can have several. */
const numberFormats: readonly (readonly [format: string, type: ColumnType])[] = [
  ["int32", "int32"],
  ["uint32", "uint32"],
  ["safeint", "int64"],
  ["float32", "float32"],
];

/** The name and schema of each field; refuses what is no object. */
export function fieldsOf(schema: z.core.$ZodType, path: string): [name: string, schema: z.core.$ZodType][] {
  const { def } = (schema as z.core.$ZodTypes | undefined)?._zod ?? {};
  if (def === undefined) throw invalidArgument(path, "give a zod schema, of zod 4 or later");
  if (def.type !== "object")
    throw invalidArgument(path, `a row is described by z.object, not by z.${def.type}`);
  return Object.entries(def.shape);
}

/**
 * The column that a field becomes, by the table in docs/zod-types.md.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` for a schema that becomes no column
 */
export function fieldOf(schema: z.core.$ZodType, path: string): Field {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "string":
      return plain(isInstant(def, path) ? "timestamp" : "string");
    case "template_literal":
      return plain("string");
    case "number":
      return plain(numberType(def));
    case "nan":
      return plain("float64");
    case "bigint":
      return plain(formatsOf(def).includes("uint64") ? "uint64" : "int64");
    case "boolean":
      return plain("bool");
    case "date":
      return plain("timestamp");
    case "enum":
    case "literal":
      return fieldOfValues(schema._zod.values ?? new Set(), path);
    case "custom":
      if (isBytes(schema)) return plain("bytes");
      throw refused(path, "a custom type; for bytes, use z.instanceof(Uint8Array)");
    case "union":
      return fieldOfUnion(def.options, path);
    case "nullable":
      return { ...fieldOf(def.innerType, path), nullable: true };
    case "optional": {
      const inner = fieldOf(def.innerType, path);
      return { ...inner, missing: !inner.filled };
    }
    case "nonoptional":
      return { ...fieldOf(def.innerType, path), missing: false };
    case "default":
    case "prefault":
    case "catch":
      return { ...fieldOf(def.innerType, path), missing: false, filled: true };
    case "readonly":
      return fieldOf(def.innerType, path);
    case "pipe":
    case "transform":
      throw refused(path, "a transformation; describe the rows as they are before it or after it");
    case "object":
    case "record":
    case "array":
    case "tuple":
      throw refused(path, `z.${def.type}; make a column of each part`);
    default:
      throw refused(path, `z.${def.type}`);
  }
}

function plain(type: ColumnType): Field {
  return { type, nullable: false, missing: false, filled: false };
}

function refused(path: string, what: string): MillwrightError {
  return invalidArgument(path, `there is no column for ${what}`);
}

/** The formats of a schema and of the checks on it. */
function formatsOf(def: z.core.$ZodTypeDef): string[] {
  const { format } = def as { format?: string };
  const formats = format === undefined ? [] : [format];
  for (const check of def.checks ?? []) {
    const { format: more } = check._zod.def as { format?: string };
    if (more !== undefined) formats.push(more);
  }
  return formats;
}

/** `z.instanceof` notes its class beside the definition, which a refined copy does not take along. */
function isBytes(schema: z.core.$ZodType): boolean {
  for (let at: z.core.$ZodType | undefined = schema; at !== undefined; at = at._zod.parent) {
    if ((at._zod.bag as { Class?: unknown }).Class === Uint8Array) return true;
  }
  return false;
}

function numberType(def: z.core.$ZodNumberDef): ColumnType {
  const marked = markedInteger(def.checks ?? []);
  if (marked !== undefined) return marked;
  const formats = formatsOf(def);
  return numberFormats.find(([format]) => formats.includes(format))?.[1] ?? "float64";
}

function isInstant(def: z.core.$ZodStringDef, path: string): boolean {
  if (!formatsOf(def).includes("datetime")) return false;
  const holders: unknown[] = [def, ...(def.checks ?? []).map((check) => check._zod.def)];
  if (holders.some((holder) => (holder as { local?: boolean }).local === true)) {
    throw refused(
      path,
      "a time without a zone, which is another instant on every machine; leave out `local`",
    );
  }
  return true;
}

function fieldOfValues(values: ReadonlySet<unknown>, path: string): Field {
  const given = [...values];
  const known = given.filter((value) => value !== null && value !== undefined);
  const [type, ...others] = new Set(known.map((value) => typeof value));
  const column = ((): ColumnType | undefined => {
    if (type === "string") return "string";
    if (type === "boolean") return "bool";
    if (type === "bigint") return "int64";
    if (type === "number") return known.every((value) => Number.isSafeInteger(value)) ? "int64" : "float64";
    return undefined;
  })();
  if (column === undefined || others.length > 0) throw refused(path, "literals that are not of one type");
  return { ...plain(column), nullable: given.includes(null), missing: given.includes(undefined) };
}

/** All alternatives must become the same column; null and undefined only say that it may be empty. */
function fieldOfUnion(options: readonly z.core.$ZodType[], path: string): Field {
  let field: Field | undefined;
  let nullable = false;
  let missing = false;
  let filled = false;
  for (const option of options) {
    const { type } = option._zod.def;
    if (type === "null") nullable = true;
    else if (type === "undefined") missing = true;
    else {
      const next = fieldOf(option, path);
      if (field !== undefined && field.type !== next.type) {
        throw refused(path, `a union of ${field.type} and ${next.type}`);
      }
      nullable ||= next.nullable;
      missing ||= next.missing;
      filled ||= next.filled;
      field = next;
    }
  }
  if (field === undefined) throw refused(path, "a value that is always empty");
  return { type: field.type, nullable, missing, filled };
}
