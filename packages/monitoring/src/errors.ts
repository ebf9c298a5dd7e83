import { MillwrightError, type MillwrightErrorOptions } from "@millwright/core";

/** Codes of `@millwright/monitoring`, over the error class of core. */
export type MonitoringErrorCode =
  /** An argument is not acceptable; `details.path` names it. */
  | "INVALID_ARGUMENT"
  /** The current data lack a column of the reference. */
  | "COLUMN_MISSING"
  /** A column is of numbers in one of the two and of categories in the other, or of a type that has no drift. */
  | "TYPE_MISMATCH";

/** A {@link MillwrightError} whose code the compiler checks against the union of monitoring. */
export function monitoringError(
  code: MonitoringErrorCode,
  message: string,
  options?: MillwrightErrorOptions,
): MillwrightError<MonitoringErrorCode> {
  return new MillwrightError(code, message, options);
}

/** An `INVALID_ARGUMENT` that names the argument in `details.path`. */
export function invalidArgument(path: string, problem: string): MillwrightError<MonitoringErrorCode> {
  return new MillwrightError("INVALID_ARGUMENT", `${path}: ${problem}`, { details: { path } });
}
