import { join } from "node:path";
import { invalidArgument } from "../../errors/create.js";
import type { Digest } from "../../identity/digest.js";
import { isDigest } from "../../identity/digest.js";

/** Where writers keep what is not whole yet. No scope begins with a dot. */
export function incomingDirectory(root: string): string {
  return join(root, ".incoming");
}

/** The directory of a scope. @throws {MillwrightError} `INVALID_ARGUMENT` unless the scope is safe as a file name everywhere */
export function scopeDirectory(root: string, scope: string): string {
  if (!isScope(scope)) {
    throw invalidArgument(
      "scope",
      `${JSON.stringify(scope)} is not 1 to 63 of a-z 0-9 _ -, the first a letter or digit`,
    );
  }
  return join(root, scope);
}

/** Whether a name can be a scope: the rule of namespaces. */
export function isScope(name: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,62}$/.test(name);
}

/** The file of a blob: `<scope>/<first two digits>/<64 digits>`. */
export function blobPath(root: string, scope: string, digest: Digest): string {
  if (!isDigest(digest))
    throw invalidArgument("digest", `${JSON.stringify(digest)} is not sha256: and 64 lowercase hex digits`);
  const hex = digest.slice("sha256:".length);
  return join(scopeDirectory(root, scope), hex.slice(0, 2), hex);
}

/** The digest of the file name of a blob; `undefined` if it is not one. */
export function digestOfName(name: string): Digest | undefined {
  const digest = `sha256:${name}`;
  return isDigest(digest) ? digest : undefined;
}
