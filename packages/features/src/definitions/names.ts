import { invalidArgument } from "../errors.js";

/**
 * Names become parts of keys and of column names such as `spending__total30d`. Two underscores separate the two, so a name
 * has none of its own, and begins with a letter: a column belongs to one feature of one view.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 */
export function assertName(name: unknown, path: string): asserts name is string {
  const fine = typeof name === "string" && /^[A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name) && !name.includes("__");
  if (fine) return;
  throw invalidArgument(
    path,
    `${JSON.stringify(name)} is not a name: a letter, then up to 99 of A-Z a-z 0-9 _ -, without two underscores together`,
  );
}

/** How the column of a feature is called in frames and for models. */
export function columnName(view: string, feature: string): string {
  return `${view}__${feature}`;
}
