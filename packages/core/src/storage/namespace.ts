import { invalidArgument } from "../errors/create.js";

/** The namespace that a storage is opened in. */
export const defaultNamespace = "default";

/**
 * The name, if it can be one: 1 to 63 lowercase letters, digits, `-` and `_`, the first a letter or digit. Such names are
 * safe as a key part, a file name, a table name and a piece of a URL.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 */
export function parseNamespace(name: string, path = "namespace"): string {
  if (typeof name === "string" && /^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) return name;
  throw invalidArgument(
    path,
    `${JSON.stringify(name)} is not a namespace: 1 to 63 lowercase letters, digits, "-" and "_", the first a letter or digit`,
  );
}
