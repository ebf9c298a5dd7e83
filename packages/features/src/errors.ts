import { MillwrightError, type MillwrightErrorOptions } from "@millwright/core";

/** Codes of `@millwright/features`, over the error class of core. */
export type FeaturesErrorCode =
  /** An argument, or a value of a row, is not acceptable; `details.path` names it. */
  | "INVALID_ARGUMENT"
  /** The store was made without a view of that name. */
  | "VIEW_NOT_FOUND"
  /** The view has no feature of that name. */
  | "FEATURE_NOT_FOUND"
  /** Stored rows do not have the columns that the view declares now. */
  | "VIEW_CHANGED"
  /** Stored bytes are not a row of features. */
  | "CORRUPT"
  /** A row was written by a newer release than this one can read. */
  | "FORMAT_TOO_NEW";

/** A {@link MillwrightError} whose code the compiler checks against the union of features. */
export function featuresError(
  code: FeaturesErrorCode,
  message: string,
  options?: MillwrightErrorOptions,
): MillwrightError<FeaturesErrorCode> {
  return new MillwrightError(code, message, options);
}

/** An `INVALID_ARGUMENT` that names the argument in `details.path`. */
export function invalidArgument(
  path: string,
  problem: string,
  cause?: unknown,
): MillwrightError<FeaturesErrorCode> {
  return new MillwrightError("INVALID_ARGUMENT", `${path}: ${problem}`, { cause, details: { path } });
}
