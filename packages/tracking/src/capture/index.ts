export {
  type CaptureOutputOptions,
  captureOutput,
  type OutputCapture,
} from "./console-output.js";
export {
  type CapturedEnvironment,
  type CaptureEnvironmentOptions,
  captureEnvironment,
} from "./environment.js";
export { environmentTags } from "./environment-tags.js";
export { captureArguments, type MaskSecretsOptions, maskSecrets } from "./mask-secrets.js";
export type { OutputText } from "./output/bounded-text.js";
export { type WatchProcessEndOptions, watchProcessEnd } from "./process-end.js";
export { isProcessAlive, type ProcessIdentity, processIdentity } from "./process-identity.js";
export type { ProcessEnd } from "./process-watch.js";
export {
  type SampleSystemOptions,
  type SystemSample,
  type SystemSampler,
  sampleSystem,
} from "./system-metrics.js";
