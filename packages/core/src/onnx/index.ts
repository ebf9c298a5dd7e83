export type { RandomAccessSource } from "./byte-window.js";
export type { ExternalDataFile } from "./external-data.js";
export { type OnnxModel, type ReadOnnxOptions, readOnnxModel } from "./model.js";
export type { OnnxInitializer } from "./tensors.js";
