import type { ModelSignature, TensorSpec, ValueSpec } from "@millwright/core";
import { servingError } from "../errors.js";

/** The tensors among some specs. @throws {MillwrightError} `UNSUPPORTED` if one is a sequence or a map */
export function tensorSpecs(specs: readonly ValueSpec[], role: "input" | "output"): readonly TensorSpec[] {
  return specs.map((spec) => {
    if (spec.kind === "tensor") return spec;
    throw servingError(
      "UNSUPPORTED",
      `the ${role} ${spec.name} is a ${spec.kind}; export the model without it (zipmap=False in skl2onnx)`,
      {
        details: { path: spec.name },
      },
    );
  });
}

/** The outputs that are tensors; sequences and maps cannot be fetched from the runtime. */
export function tensorOutputs(signature: ModelSignature): readonly TensorSpec[] {
  return signature.outputs.filter((spec) => spec.kind === "tensor");
}

/**
 * How many values one row has in a tensor: the product of the dimensions behind the first. `undefined` if one of them is
 * not fixed, or the tensor is known to have no dimension for rows.
 */
export function valuesPerRow(spec: TensorSpec): number | undefined {
  if (spec.shape === null || spec.shape.length === 0) return undefined;
  let values = 1;
  for (const dimension of spec.shape.slice(1)) {
    if (typeof dimension !== "number") return undefined;
    values *= dimension;
  }
  return values;
}
