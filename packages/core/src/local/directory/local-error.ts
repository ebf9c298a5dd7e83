import type { CoreErrorCode } from "../../errors/codes.js";
import { coreError, messageOf } from "../../errors/create.js";
import { MillwrightError } from "../../errors/millwright-error.js";

interface Explanation {
  readonly code: CoreErrorCode;
  readonly problem: string;
  readonly retryable?: true;
}

const full: Explanation = {
  code: "STORAGE_FULL",
  problem: "the disk or its quota is full; nothing was applied. Free space, then try again",
};
const readOnly: Explanation = {
  code: "READ_ONLY",
  problem: "the file system is read-only. Mount it writable, or choose another directory",
};
const denied: Explanation = {
  code: "PERMISSION_DENIED",
  problem: "this user may not write there. Change the owner or the mode, or choose another directory",
};
const corrupt: Explanation = {
  code: "CORRUPT",
  problem: "the file is damaged. Restore the directory from a backup",
};
const handles: Explanation = {
  code: "UNAVAILABLE",
  problem: "too many files are open. Raise the limit (ulimit -n), then try again",
  retryable: true,
};

const byName: Readonly<Record<string, Explanation>> = {
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: full,
  EROFS: readOnly,
  EACCES: denied,
  EPERM: denied,
  EMFILE: handles,
  ENFILE: handles,
  ENOTDIR: {
    code: "INVALID_ARGUMENT",
    problem: "it, or a part of its path, is a file and not a directory. Name a directory",
  },
};

/** LMDB throws the error numbers of the operating system, and negative ones of its own. */
const byNumber: Readonly<Record<number, Explanation>> = {
  28: full,
  122: full,
  27: full,
  30: readOnly,
  13: denied,
  1: denied,
  24: handles,
  23: handles,
  [-30792]: full,
  [-30796]: corrupt,
  [-30797]: corrupt,
  [-30793]: corrupt,
  [-30794]: {
    code: "FORMAT_TOO_NEW",
    problem:
      "the file has another version of LMDB's format. Open it with the release that wrote it, and copy it",
  },
  [-30790]: {
    code: "UNAVAILABLE",
    problem: "too many processes and threads read it at once. Close some",
    retryable: true,
  },
  [-30795]: {
    code: "UNAVAILABLE",
    problem:
      "an earlier write to the disk failed half-way. What was acknowledged is safe; restart the process to write again",
  },
};

/** The error of a file or of LMDB as one with a code and a remedy. `resource` names what was used. */
export function localError(resource: string, error: unknown): MillwrightError {
  if (MillwrightError.is(error)) return error;
  const code = (error as { code?: unknown } | null)?.code;
  const known =
    typeof code === "number" ? byNumber[code] : typeof code === "string" ? byName[code] : undefined;
  if (known === undefined) return coreError("INTERNAL", `${resource}: ${messageOf(error)}`, { cause: error });
  return coreError(known.code, `${resource}: ${known.problem}`, { cause: error, retryable: known.retryable });
}

/** Whether an error of `node:fs` has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown } | null)?.code === code;
}

/** Runs a call on files; its failure becomes a {@link localError}. */
export async function onFiles<T>(resource: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw localError(resource, error);
  }
}
