import type { CoreErrorCode } from "../errors/codes.js";
import { coreError, messageOf } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";

/** What a failed call was: nothing was sent, only reads were, or a commit was sent. */
export type PostgresCall = "connect" | "read" | "commit";

/** SQLSTATE that the commit function raises when a session does not read what is committed. */
export const wrongIsolation = "MW001";

/** States in which the server ended the connection, so that the outcome of a commit is open. */
const endings = /^(57P0[1245]|08...|F0...)$/;

/** The error of core for one of pg or of the server. */
export function postgresError(error: unknown, store: string, call: PostgresCall): MillwrightError {
  if (MillwrightError.is(error)) return error;
  const text = messageOf(error);
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  const state =
    typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && severity !== undefined ? code : undefined;
  const ended = state === undefined || endings.test(state) || severity === "PANIC";
  const unsent = /not queryable/.test(text);
  if (ended && call === "commit" && !unsent) {
    return coreError(
      "OUTCOME_UNKNOWN",
      `${store}: the connection was lost before the reply to a commit (${text}); read what it wrote to learn its outcome`,
      { cause: error },
    );
  }
  if (ended)
    return unavailable(
      `${store} cannot be reached (${text}); is it running, and is the address right?`,
      error,
    );
  return stateError(state, error, text, store);
}

function unavailable(message: string, cause: unknown): MillwrightError {
  return coreError("UNAVAILABLE", message, { cause, retryable: true });
}

/** An error reply to a statement: its transaction was rolled back. */
function stateError(state: string, cause: unknown, text: string, store: string): MillwrightError {
  const make = (code: CoreErrorCode, message: string): MillwrightError =>
    coreError(code, message, { cause, details: { sqlState: state } });
  switch (state) {
    case "28P01":
    case "28000":
      return make(
        "PERMISSION_DENIED",
        `${store} refused the credentials (${text}); check user and password of the pool`,
      );
    case "42501":
      return make(
        "PERMISSION_DENIED",
        `${store}: the user may not do this (${text}); grant it, or use another user`,
      );
    case "3D000":
      return make("NOT_FOUND", `${store}: ${text}; create the database`);
    case "53100":
      return make("STORAGE_FULL", `${store}: the disk of the server is full (${text}); make room`);
    case "25006":
      return make("READ_ONLY", `${store} is read-only or a standby (${text}); connect to the primary`);
    case "26000":
    case "42P05":
      return make(
        "UNSUPPORTED",
        `${store} loses prepared statements (${text}), as poolers by transaction do; open it with preparedStatements: false`,
      );
    case wrongIsolation:
      return make(
        "UNSAFE_BACKEND",
        `${store}: sessions default to ${text}; set default_transaction_isolation to 'read committed' for this user`,
      );
    case "XX001":
    case "XX002":
      return make("CORRUPT", `${store}: the server found damaged data (${text})`);
    default:
      // Too many connections, starting up, locks or time run out, too many races: another try may succeed.
      if (/^(53...|57...|55P03|40...)$/.test(state))
        return unavailable(`${store} refused for now (${text})`, cause);
      return make("INTERNAL", `${store} answered with an error: ${text} (SQLSTATE ${state})`);
  }
}
