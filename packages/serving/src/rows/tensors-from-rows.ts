import type { ModelSignature, Tensor, TensorSpec, Tensors } from "@millwright/core";
import { invalidInput, servingError } from "../errors.js";
import { type ElementWriter, elementWriter } from "./elements.js";
import { tensorSpecs, valuesPerRow } from "./shapes.js";

/**
 * One tensor an input, of some rows by input names. An input of one value a row takes a scalar; one of several takes an
 * array, nested or flat, in row-major order. A null is NaN for a nullable float input.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of the value, such as `rows[3].income`; `UNSUPPORTED` if the inputs
 *   have no fixed size behind the rows
 */
export function tensorsFromRows(
  signature: ModelSignature,
  rows: readonly Readonly<Record<string, unknown>>[],
): Tensors {
  const specs = tensorSpecs(signature.inputs, "input");
  refuseUnknown(specs, rows);
  const tensors: Record<string, Tensor> = {};
  for (const spec of specs) {
    if (spec.optional === true && rows.every((row) => row[spec.name] === undefined)) continue;
    tensors[spec.name] = columnTensor(spec, rows);
  }
  return tensors;
}

function columnTensor(spec: TensorSpec, rows: readonly Readonly<Record<string, unknown>>[]): Tensor {
  const values = valuesPerRow(spec);
  if (values === undefined) {
    throw servingError(
      "UNSUPPORTED",
      `the input ${spec.name} has no fixed size behind its rows; call infer with a tensor`,
      {
        details: { path: spec.name },
      },
    );
  }
  const writer = elementWriter(spec, rows.length * values);
  for (const [index, row] of rows.entries()) {
    const path = `rows[${index}].${spec.name}`;
    const value = row[spec.name];
    if (values === 1 && !Array.isArray(value)) writer.write(value, path);
    else if (writeNested(writer, value, path) !== values)
      throw invalidInput(path, `${values} values are needed`);
  }
  return writer.finish([rows.length, ...(spec.shape as readonly number[]).slice(1)]);
}

function writeNested(writer: ElementWriter, value: unknown, path: string): number {
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
    writer.write(value, path);
    return 1;
  }
  let written = 0;
  for (const [index, item] of (value as ArrayLike<unknown> & Iterable<unknown> as unknown[]).entries()) {
    written += writeNested(writer, item, `${path}[${index}]`);
  }
  return written;
}

function refuseUnknown(
  specs: readonly TensorSpec[],
  rows: readonly Readonly<Record<string, unknown>>[],
): void {
  const known = new Set(specs.map((spec) => spec.name));
  for (const [index, row] of rows.entries()) {
    if (typeof row !== "object" || row === null)
      throw invalidInput(`rows[${index}]`, "a row is an object of inputs by name");
    for (const name of Object.keys(row)) {
      if (!known.has(name))
        throw invalidInput(
          `rows[${index}].${name}`,
          `the model has no such input; it takes ${[...known].join(", ")}`,
        );
    }
  }
}
