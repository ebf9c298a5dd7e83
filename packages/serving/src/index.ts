export type { Backend, BackendSession } from "./backends/backend.js";
export { type OnnxRuntime, onnxRuntimeBackend } from "./backends/onnxruntime.js";
export type { ServingErrorCode } from "./errors.js";
export {
  openPredictor,
  type Predictor,
  type PredictorOptions,
  type UntypedRow,
} from "./predictor/open-predictor.js";
export { type InferenceHandlerOptions, inferenceHandler } from "./protocol/inference-handler.js";
export type { PredictionSink } from "./records/prediction-records.js";
export type { ModelReference, ModelSource, ResolvedModel } from "./references/model-source.js";
export type { Int64Policy, RowValue } from "./rows/rows-from-tensors.js";
