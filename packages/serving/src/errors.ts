import { MillwrightError, type MillwrightErrorOptions } from "@millwright/core";

/** Codes of `@millwright/serving`, over the error class of core. */
export type ServingErrorCode =
  /** What the caller sent does not fit the signature; `details.path` names the field. */
  | "INVALID_ARGUMENT"
  /** There is no model of that name or version. */
  | "NOT_FOUND"
  /** The runtime refused the model file. */
  | "MODEL_INVALID"
  /** The runtime failed while it computed. */
  | "INFERENCE_FAILED"
  /** The model is closed or draining. */
  | "CLOSED"
  /** The host, the runtime or this release cannot do what was asked. */
  | "UNSUPPORTED"
  /** An optional package is not installed; the message says which. */
  | "MISSING_DEPENDENCY"
  /** The body is larger than the limit. */
  | "LIMIT_EXCEEDED";

/** A {@link MillwrightError} whose code the compiler checks against the union of serving. */
export function servingError(
  code: ServingErrorCode,
  message: string,
  options?: MillwrightErrorOptions,
): MillwrightError<ServingErrorCode> {
  return new MillwrightError(code, message, options);
}

/** An `INVALID_ARGUMENT` that names the field in `details.path`. */
export function invalidInput(path: string, problem: string): MillwrightError<ServingErrorCode> {
  return new MillwrightError("INVALID_ARGUMENT", `${path}: ${problem}`, { details: { path } });
}
