import { invalidArgument } from "./errors.js";
import { trackingLimits } from "./limits.js";

/** @throws {MillwrightError} `INVALID_ARGUMENT` unless the text has 1 to `limit` units, no control character and no lone surrogate, and is not `__proto__` */
export function assertName(text: string, path: string, limit: number = trackingLimits.keyLength): void {
  if (typeof text !== "string") throw invalidArgument(path, `must be a string, not ${typeof text}`);
  if (text.length === 0 || text.length > limit)
    throw invalidArgument(path, `has ${text.length} characters; 1 to ${limit} are allowed`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(text)) throw invalidArgument(path, "has a control character");
  if (!text.isWellFormed()) throw invalidArgument(path, "has a lone surrogate");
  if (text === "__proto__") throw invalidArgument(path, "is a name that no record can hold; choose another");
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` unless the path is relative, with `/` between plain parts */
export function assertArtifactPath(path: string): void {
  assertName(path, "path", trackingLimits.pathLength);
  const parts = path.split("/");
  if (/[\\:%]/.test(path) || parts.some((part) => part === "" || part === "." || part === "..")) {
    throw invalidArgument(
      "path",
      `${JSON.stringify(path)} is not a relative path of plain names, such as "plots/roc.svg"`,
    );
  }
}
