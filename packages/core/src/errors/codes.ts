/**
 * Every code that `@millwright/core` raises. Codes are stable: they change only in a major release, messages
 * may change at any time. Station packages export a union of their own over the same base class.
 */
export type CoreErrorCode =
  /** An argument, or data that came from outside, is not acceptable. `details.path` names the field. */
  | "INVALID_ARGUMENT"
  /** A page cursor is malformed, from another version, or belongs to another query. */
  | "INVALID_CURSOR"
  /** A key, value, commit or blob is larger than the portable limits allow. */
  | "LIMIT_EXCEEDED"
  /** The resource was used after `close()`. */
  | "CLOSED"
  /** The store, the driver or the host cannot do what was asked; nothing was done. */
  | "UNSUPPORTED"
  /** The backend could not be reached or refused for now; nothing was applied. Safe to try again. */
  | "UNAVAILABLE"
  /** The reply to a commit was lost and it cannot be told whether it was applied. */
  | "OUTCOME_UNKNOWN"
  /** The backend refused the credentials, or the principal may not do this. */
  | "PERMISSION_DENIED"
  /** The caller could not be identified. */
  | "UNAUTHENTICATED"
  /** Something that must exist does not. Plain look-ups return `undefined` instead. */
  | "NOT_FOUND"
  /** Something of that name exists and differs. */
  | "ALREADY_EXISTS"
  /** Another holder has the resource, or too many commits raced for one key. Safe to try again. */
  | "CONFLICT"
  /** Stored bytes do not decode, or do not have the digest that they are stored under. */
  | "CORRUPT"
  /** Bytes do not have the digest that was promised. */
  | "DIGEST_MISMATCH"
  /** The disk, a quota or the server's memory is full; nothing was applied. */
  | "STORAGE_FULL"
  /** The directory, the file or the backend is read-only. */
  | "READ_ONLY"
  /** Stored data was written by a newer release than this one can read or write. */
  | "FORMAT_TOO_NEW"
  /** The directory or the database holds something that Millwright did not write. */
  | "FOREIGN_DATA"
  /** The backend is configured so that acknowledged data could be lost. */
  | "UNSAFE_BACKEND"
  /** An optional package is not installed; the message says which. */
  | "MISSING_DEPENDENCY"
  /** A lower layer failed in a way that has no code of its own; see `cause`. */
  | "INTERNAL";
