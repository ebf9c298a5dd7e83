import * as z from "zod";
import { invalidArgument } from "../errors/create.js";
import type { ColumnSpec, ColumnType } from "../signature/column-spec.js";
import type { DataType, TensorSpec, ValueSpec } from "../signature/signature.js";
import { smallInteger } from "./numbers.js";

/** Options of {@link schemaOf}. */
export interface SchemaOptions {
  /**
   * How a row holds an int64: as a number, checked to be exact, or as a bigint. uint64 is always bigint.
   * Default: `"number"`.
   */
  readonly int64?: "number" | "bigint" | undefined;
}

/**
 * A zod object for rows of these columns, or for rows of what a model takes or gives; the reverse of `columnSpecsOf`
 * and `signatureOf`.
 *
 * Numbers are finite, as in `z.number()`; a time is a `Date`. A nullable column admits null; a nullable tensor too, and
 * its elements where it has several a row. An optional tensor may be left out. The first dimension of a tensor counts
 * rows; a rest of `[]` or `[1]` is one value, any other rest is nested arrays of those sizes, unchecked where a size is
 * not fixed. float16 and bfloat16 come as float32.
 *
 * Keys that are whole numbers come first in the object, as everywhere in JavaScript.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` whose `details.path` is the value that no row can hold: sequences, maps,
 * unknown rank, complex numbers and small floats; or a name that is used twice or is `__proto__`
 *
 * @example
 * ```ts
 * import { schemaOf } from "@millwright/core/zod";
 *
 * const Row = schemaOf([
 *   { name: "age", type: "int64", nullable: false },
 *   { name: "income", type: "float32", nullable: true },
 * ]);
 * Row.parse({ age: 41, income: null });
 * ```
 */
export function schemaOf(
  specs: readonly ColumnSpec[] | readonly ValueSpec[],
  options: SchemaOptions = {},
): z.ZodObject<Record<string, z.ZodType>> {
  const shape: Record<string, z.ZodType> = {};
  for (const spec of specs) {
    if (spec.name === "__proto__")
      throw invalidArgument(spec.name, "JavaScript objects cannot hold this name");
    if (Object.hasOwn(shape, spec.name)) throw invalidArgument(spec.name, "the name is used twice");
    shape[spec.name] = "kind" in spec ? schemaOfValue(spec, options) : schemaOfColumn(spec, options);
  }
  return z.object(shape);
}

function schemaOfColumn(spec: ColumnSpec, options: SchemaOptions): z.ZodType {
  const element = elementOf(spec.type, options, spec.name);
  return spec.nullable ? element.nullable() : element;
}

function schemaOfValue(spec: ValueSpec, options: SchemaOptions): z.ZodType {
  if (spec.kind !== "tensor") {
    throw invalidArgument(spec.name, `a row cannot hold a value of kind ${spec.kind}; use its tensors`);
  }
  if (spec.shape === null)
    throw invalidArgument(spec.name, "the model declares no rank, so its rows are unknown");
  const element = elementOf(spec.datatype, options, spec.name);
  const value = nested(spec, spec.nullable === true ? element.nullable() : element, spec.shape.slice(1));
  return spec.optional === true ? value.optional() : value;
}

function nested(spec: TensorSpec, element: z.ZodType, sizes: NonNullable<TensorSpec["shape"]>): z.ZodType {
  if (sizes.length === 0 || (sizes.length === 1 && sizes[0] === 1)) return element;
  return sizes.reduceRight<z.ZodType>((inner, size) => {
    if (typeof size !== "number") return z.array(inner);
    if (size < 0 || !Number.isSafeInteger(size))
      throw invalidArgument(spec.name, `${size} is no size of a dimension`);
    return z.array(inner).length(size);
  }, element);
}

function elementOf(type: ColumnType | DataType, options: SchemaOptions, path: string): z.ZodType {
  switch (type) {
    case "string":
      return z.string();
    case "bool":
      return z.boolean();
    case "float64":
      return z.number();
    case "float32":
    case "float16":
    case "bfloat16":
      return z.float32();
    case "int64":
      return options.int64 === "bigint" ? z.int64() : z.int();
    case "uint64":
      return z.uint64();
    case "int32":
      return z.int32();
    case "uint32":
      return z.uint32();
    case "int8":
    case "int16":
    case "uint8":
    case "uint16":
      return smallInteger(type);
    case "timestamp":
      return z.date();
    case "bytes":
      return z.instanceof(Uint8Array);
    default:
      throw invalidArgument(path, `a row cannot hold elements of type ${String(type)}`);
  }
}
