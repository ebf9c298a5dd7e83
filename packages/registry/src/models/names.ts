import { invalidArgument } from "../errors.js";

/** Where versions can stand. Every version begins in `"None"`. */
export const stages = Object.freeze(["None", "Staging", "Production", "Archived"] as const);

/** One of {@link stages}. */
export type Stage = (typeof stages)[number];

/** Whether a text is a stage. */
export function isStage(text: string): text is Stage {
  return (stages as readonly string[]).includes(text);
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` unless the name has 1 to 250 characters and none of `/ : @` or a control character */
export function assertModelName(name: string, path = "name"): void {
  const isName =
    typeof name === "string" && name.length <= 250 && modelName.test(name) && name.isWellFormed();
  if (isName) return;
  throw invalidArgument(
    path,
    `${JSON.stringify(name)} is not a model name: 1 to 250 characters, none of / : @`,
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const modelName = /^[^/:@\u0000-\u001f\u007f]+$/;

/**
 * @throws {MillwrightError} `INVALID_ARGUMENT` unless the alias has 1 to 250 of `A-Z a-z 0-9 _ -`, is not `latest`, and does not look
 *   like a version (`v1`) or a number. These are MLflow's rules.
 */
export function assertAlias(alias: string, path = "alias"): void {
  if (!/^[A-Za-z0-9_-]{1,250}$/.test(alias) || /^v?\d+$/i.test(alias) || alias.toLowerCase() === "latest") {
    throw invalidArgument(
      path,
      `${JSON.stringify(alias)} is not an alias: letters, digits, _ and -, not "latest" and not like a version`,
    );
  }
}
