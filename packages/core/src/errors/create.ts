import type { CoreErrorCode } from "./codes.js";
import { MillwrightError, type MillwrightErrorOptions } from "./millwright-error.js";

/** A {@link MillwrightError} whose code the compiler checks against the union of core. */
export function coreError(
  code: CoreErrorCode,
  message: string,
  options?: MillwrightErrorOptions,
): MillwrightError<CoreErrorCode> {
  return new MillwrightError(code, message, options);
}

/** An `INVALID_ARGUMENT` that names the field in `details.path`. */
export function invalidArgument(
  path: string,
  problem: string,
  cause?: unknown,
): MillwrightError<CoreErrorCode> {
  return new MillwrightError("INVALID_ARGUMENT", `${path}: ${problem}`, { cause, details: { path } });
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "something without a text was thrown";
  }
}
