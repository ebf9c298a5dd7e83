import type { Tensors } from "@millwright/core";

/** A model that a runtime has loaded. Calls of `run` do not overlap. */
export interface BackendSession {
  /** Computes the named outputs. */
  run(inputs: Tensors, outputs: readonly string[]): Promise<Tensors>;
  release(): Promise<void>;
}

/** A runtime for ONNX models. The default is `onnxruntime-node`; others are passed as `backend`. */
export interface Backend {
  readonly name: string;
  load(model: Uint8Array): Promise<BackendSession>;
}
