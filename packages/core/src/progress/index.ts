export type { ProgressEvent } from "./progress-event.js";
export {
  type ProgressStream,
  type TerminalProgress,
  type TerminalProgressOptions,
  terminalProgress,
} from "./terminal-progress.js";
