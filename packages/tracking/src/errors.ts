import { MillwrightError, type MillwrightErrorOptions } from "@millwright/core";

/** Codes of `@millwright/tracking`, over the error class of core. */
export type TrackingErrorCode =
  /** An argument is not acceptable; `details.path` names it. */
  | "INVALID_ARGUMENT"
  /** There is no run of that id. */
  | "RUN_NOT_FOUND"
  /** The run has ended; resume it, or start another. */
  | "RUN_ENDED"
  /** A parameter has a value already, and another one was logged. */
  | "PARAM_CHANGED"
  /** The run, or its experiment, was deleted; restore it first. */
  | "RUN_DELETED"
  /** What was logged was refused when it was stored; `details.refused` says what and why. */
  | "REFUSED"
  /** Operations came behind others that are not there; `details.applied` says how far their journal has been applied. */
  | "SEQUENCE_GAP"
  /** A file was named whose bytes are not stored; store them first. */
  | "CONTENT_MISSING"
  /** What is stored does not decode. */
  | "CORRUPT"
  /** A newer release sent it than the server reads; upgrade the server. */
  | "PROTOCOL_TOO_NEW"
  /** A newer release wrote it; upgrade. */
  | "FORMAT_TOO_NEW"
  /** What was logged earlier could not be stored; `cause` says why. It is kept and tried again at the next flush. */
  | "NOT_STORED";

/** A {@link MillwrightError} whose code the compiler checks against the union of tracking. */
export function trackingError(
  code: TrackingErrorCode,
  message: string,
  options?: MillwrightErrorOptions,
): MillwrightError<TrackingErrorCode> {
  return new MillwrightError(code, message, options);
}

/** An `INVALID_ARGUMENT` that names the argument in `details.path`. */
export function invalidArgument(path: string, problem: string): MillwrightError<TrackingErrorCode> {
  return new MillwrightError("INVALID_ARGUMENT", `${path}: ${problem}`, { details: { path } });
}

/** A `RUN_DELETED` that says what to do. */
export function deletedRun(run: string): MillwrightError<TrackingErrorCode> {
  return trackingError("RUN_DELETED", `the run ${run} was deleted; restore it to log more`, {
    details: { run },
  });
}
