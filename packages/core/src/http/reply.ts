import type { CoreErrorCode } from "../errors/codes.js";
import { coreError, messageOf } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";
import type { HttpReply } from "./call.js";

/** The HTTP status of each code of core. A protocol that must differ spreads this table and overrides. */
export const coreStatuses: Readonly<Record<CoreErrorCode, number>> = Object.freeze({
  INVALID_ARGUMENT: 400,
  INVALID_CURSOR: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  CONFLICT: 409,
  LIMIT_EXCEEDED: 413,
  DIGEST_MISMATCH: 422,
  INTERNAL: 500,
  CORRUPT: 500,
  FORMAT_TOO_NEW: 500,
  FOREIGN_DATA: 500,
  UNSAFE_BACKEND: 500,
  MISSING_DEPENDENCY: 500,
  UNSUPPORTED: 501,
  UNAVAILABLE: 503,
  CLOSED: 503,
  OUTCOME_UNKNOWN: 504,
  READ_ONLY: 507,
  STORAGE_FULL: 507,
});

/** A body that {@link errorReply} makes: what a program needs, and nothing of the server's inside. */
export interface HttpErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: Readonly<Record<string, unknown>>;
    readonly retryable: boolean;
  };
}

/** A reply with a JSON body. */
export function jsonReply(
  status: number,
  value: unknown,
  headers?: Readonly<Record<string, string>>,
): HttpReply {
  return { status, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** How to answer errors. */
export interface ErrorReplyOptions {
  /** The status of each code. Default: {@link coreStatuses}. A code that is not in the table is a 500. */
  readonly statuses?: Readonly<Record<string, number>> | undefined;
}

/**
 * The reply for something that was thrown: `{ error: { code, message, details, retryable } }` and the status of its code.
 * What is not a MillwrightError is a 500 `INTERNAL` whose message and stack stay on the server.
 */
export function errorReply(error: unknown, options: ErrorReplyOptions = {}): HttpReply {
  const statuses: Readonly<Record<string, number>> = options.statuses ?? coreStatuses;
  if (!MillwrightError.is(error)) {
    return errorReply(coreError("INTERNAL", "the server failed to answer; its log says why"), options);
  }
  const body: HttpErrorBody = {
    error: {
      code: error.code,
      message: messageOf(error),
      details: error.details,
      retryable: error.retryable,
    },
  };
  const status = Object.hasOwn(statuses, error.code) ? statuses[error.code]! : 500;
  const headers: Record<string, string> = {};
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (status === 503) headers["retry-after"] = "1";
  return jsonReply(status, body, headers);
}
