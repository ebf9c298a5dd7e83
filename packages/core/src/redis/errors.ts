import { coreError, messageOf } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";

/** What a failed call was: nothing was sent, only reads were, or a commit was sent. */
export type RedisCall = "connect" | "read" | "commit";

/** The error of core for one of ioredis or of the server. */
export function redisError(error: unknown, store: string, call: RedisCall): MillwrightError {
  if (MillwrightError.is(error)) return error;
  const text = messageOf(error);
  if (error instanceof Error && error.name === "ReplyError") return replyError(error, text, store);
  if (/Stream isn't writeable|Cluster isn't ready/.test(text)) return unreachable(error, text, store);
  if (call !== "commit") return unreachable(error, text, store);
  return coreError(
    "OUTCOME_UNKNOWN",
    `${store}: the connection was lost before the reply to a commit (${text}); read what it wrote to learn its outcome`,
    { cause: error },
  );
}

function unreachable(cause: unknown, text: string, store: string): MillwrightError {
  return coreError(
    "UNAVAILABLE",
    `${store} cannot be reached (${text}); is it running, and is the address right?`,
    {
      cause,
      retryable: true,
    },
  );
}

/** An error reply: the server refused, and nothing was applied. */
function replyError(cause: Error, text: string, store: string): MillwrightError {
  // Before version 7 an error inside a script came as "ERR Error running script (…): -OOM …".
  const code = /^ERR Error running script.*?-([A-Z]+) /.exec(text)?.[1] ?? text.split(" ", 1)[0];
  switch (code) {
    case "NOAUTH":
    case "WRONGPASS":
    case "NOPERM":
      return coreError(
        "PERMISSION_DENIED",
        `${store} refused the credentials (${text}); check user, password and ACL of the client`,
        { cause },
      );
    case "OOM":
      return coreError(
        "STORAGE_FULL",
        `${store} has reached its maxmemory; raise it, or delete data (${text})`,
        { cause },
      );
    case "MISCONF":
      return coreError(
        "STORAGE_FULL",
        `${store} cannot write to its disk and refuses changes; make room or repair it (${text})`,
        { cause },
      );
    case "READONLY":
      return coreError("READ_ONLY", `${store} is a replica; connect to the primary`, { cause });
    case "WRONGTYPE":
      return coreError(
        "FOREIGN_DATA",
        `${store}: a key of this prefix was not written by Millwright; choose another prefix`,
        { cause },
      );
    case "LOADING":
    case "BUSY":
    case "MASTERDOWN":
    case "CLUSTERDOWN":
    case "TRYAGAIN":
    case "NOREPLICAS":
    case "UNBLOCKED":
      return coreError("UNAVAILABLE", `${store} cannot answer now (${text}); try again`, {
        cause,
        retryable: true,
      });
    default:
      if (/invalid password|no password|AUTH/i.test(text)) {
        return coreError("PERMISSION_DENIED", `${store} refused the credentials (${text})`, { cause });
      }
      return coreError("INTERNAL", `${store} answered with an error: ${text}`, { cause });
  }
}
