export { type ExportRunOptions, exportRun } from "./export-run.js";
