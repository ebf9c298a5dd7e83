import type * as z from "zod";
import { invalidArgument } from "../errors/create.js";
import type { DataType, Dimension, ModelSignature, TensorSpec } from "../signature/signature.js";
import { type Field, fieldOf, fieldsOf } from "./field.js";

/** Schemas of one row that goes into a model, and of the row that comes out. */
export interface SignatureSchemas {
  readonly input: z.core.$ZodObject;
  readonly output: z.core.$ZodObject;
}

/**
 * The signature of a model that takes and gives rows: one tensor for each field, in the order of the keys.
 *
 * A field of one value has shape `[null, 1]`: any number of rows, one column. That is how exporters of tabular models
 * declare a column, so that a model written by hand can stand in for an exported one. `z.array(…).length(n)` has shape
 * `[null, n]`, and an array without a fixed length `[null, null]`; arrays nest. Element types are those of the columns
 * in docs/zod-types.md.
 *
 * A tensor is `nullable` where a row may hold null or leave the field out, and `optional` where the field may be left
 * out.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` whose `details.path` is the field (`input.age`) that becomes no tensor:
 * what becomes no column, and times and bytes
 *
 * @example
 * ```ts
 * import { signatureOf } from "@millwright/core/zod";
 * import { z } from "zod";
 *
 * const signature = signatureOf({
 *   input: z.object({ age: z.int(), income: z.float32().nullable() }),
 *   output: z.object({ probabilities: z.array(z.float32()).length(2) }),
 * });
 * signature.outputs[0]; // { kind: "tensor", name: "probabilities", datatype: "float32", shape: [null, 2] }
 * ```
 */
export function signatureOf(schemas: SignatureSchemas): ModelSignature {
  return { inputs: tensorsOf(schemas.input, "input"), outputs: tensorsOf(schemas.output, "output") };
}

function tensorsOf(schema: z.core.$ZodObject, side: string): TensorSpec[] {
  return fieldsOf(schema, side).map(([name, value]) => {
    const path = `${side}.${name}`;
    const sizes: Dimension[] = [];
    const field = elementOf(value, path, sizes);
    return {
      kind: "tensor",
      name,
      datatype: datatypeOf(field, path),
      shape: [null, ...(sizes.length === 0 ? [1] : sizes)],
      ...(field.nullable || field.missing ? { nullable: true } : {}),
      ...(field.missing || field.filled ? { optional: true } : {}),
    };
  });
}

/** The innermost element of nested arrays; their sizes are added to `sizes` from the outside. */
function elementOf(schema: z.core.$ZodType, path: string, sizes: Dimension[]): Field {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type !== "array") return fieldOf(schema, path);
  const exact = def.checks?.find((check) => check._zod.def.check === "length_equals")?._zod.def;
  sizes.push((exact as z.core.$ZodCheckLengthEqualsDef | undefined)?.length ?? null);
  const field = elementOf(def.element, path, sizes);
  if (field.missing || field.filled) throw invalidArgument(path, "an element of an array cannot be left out");
  return field;
}

function datatypeOf({ type }: Field, path: string): DataType {
  if (type === "timestamp")
    throw invalidArgument(path, "there is no tensor of times; use z.int() of microseconds");
  if (type === "bytes") throw invalidArgument(path, "there is no tensor of bytes; use an array of uint8()");
  return type;
}
