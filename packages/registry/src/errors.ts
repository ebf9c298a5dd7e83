import { MillwrightError, type MillwrightErrorOptions } from "@millwright/core";

/** Codes of `@millwright/registry`, over the error class of core. */
export type RegistryErrorCode =
  /** An argument is not acceptable; `details.path` names it. */
  | "INVALID_ARGUMENT"
  /** There is no model of that name. */
  | "MODEL_NOT_FOUND"
  /** The model has no such version, alias or stage. */
  | "VERSION_NOT_FOUND"
  /** A version of that `id` was registered with other content. */
  | "VERSION_DIFFERS"
  /** The stored file of a version is gone or damaged. */
  | "ARTIFACT_CORRUPT"
  /** The actor may not do this. */
  | "PERMISSION_DENIED"
  /** The host or this release cannot do what was asked. */
  | "UNSUPPORTED";

/** A {@link MillwrightError} whose code the compiler checks against the union of registry. */
export function registryError(
  code: RegistryErrorCode,
  message: string,
  options?: MillwrightErrorOptions,
): MillwrightError<RegistryErrorCode> {
  return new MillwrightError(code, message, options);
}

/** An `INVALID_ARGUMENT` that names the argument in `details.path`. */
export function invalidArgument(
  path: string,
  problem: string,
  cause?: unknown,
): MillwrightError<RegistryErrorCode> {
  return new MillwrightError("INVALID_ARGUMENT", `${path}: ${problem}`, { cause, details: { path } });
}
