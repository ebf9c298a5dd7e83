import type { Model, ValueSpec } from "@millwright/core";
import { protocolName } from "./datatypes.js";

/** Model metadata of the Open Inference Protocol; a dimension that varies is −1. */
export function modelMetadata(name: string, model: Model): Record<string, unknown> {
  return {
    name,
    versions: [model.version],
    platform: "onnx_onnxv1",
    inputs: model.signature.inputs.flatMap(describe),
    outputs: model.signature.outputs.flatMap(describe),
  };
}

function describe(spec: ValueSpec): { name: string; datatype: string; shape: number[] }[] {
  if (spec.kind !== "tensor") return [];
  const shape = (spec.shape ?? [-1]).map((dimension) => (typeof dimension === "number" ? dimension : -1));
  return [{ name: spec.name, datatype: protocolName(spec.datatype), shape }];
}
