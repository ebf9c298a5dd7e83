import type { Tensor, TensorSpec, Tensors } from "@millwright/core";
import { invalidInput } from "../errors.js";

/**
 * Refuses tensors that do not fit the inputs of a model, before the runtime sees them.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the name of the input
 */
export function checkTensors(specs: readonly TensorSpec[], tensors: Tensors): void {
  for (const name of Object.keys(tensors)) {
    if (!specs.some((spec) => spec.name === name)) {
      throw invalidInput(
        name,
        `the model has no such input; it takes ${specs.map((spec) => spec.name).join(", ")}`,
      );
    }
  }
  for (const spec of specs) {
    const tensor = Object.hasOwn(tensors, spec.name) ? tensors[spec.name] : undefined;
    if (tensor !== undefined) checkTensor(spec, tensor);
    else if (spec.optional !== true) throw invalidInput(spec.name, "the input is missing");
  }
}

function checkTensor(spec: TensorSpec, tensor: Tensor): void {
  if (tensor.datatype !== spec.datatype)
    throw invalidInput(spec.name, `the model wants ${spec.datatype}, and got ${tensor.datatype}`);
  const elements = tensor.shape.reduce((product, dimension) => product * dimension, 1);
  if (elements !== tensor.data.length) {
    throw invalidInput(
      spec.name,
      `the shape [${tensor.shape}] has ${elements} elements, and the data ${tensor.data.length}`,
    );
  }
  if (spec.shape === null) return;
  const fits = (dimension: number, index: number): boolean => {
    const declared = spec.shape?.[index];
    return typeof declared !== "number" || declared === dimension;
  };
  if (tensor.shape.length !== spec.shape.length || !tensor.shape.every(fits)) {
    const declared = spec.shape.map((dimension) => dimension ?? "?").join(",");
    throw invalidInput(spec.name, `the model wants the shape [${declared}], and got [${tensor.shape}]`);
  }
}
