import { invalidArgument } from "../errors.js";
import { assertAlias, assertModelName, isStage, type Stage } from "../models/names.js";

/** Which version of a model is meant. */
export type VersionSelector =
  | { readonly alias: string }
  | { readonly number: number }
  | { readonly stage: Stage }
  | { readonly latest: true };

/** A model and which of its versions. */
export interface ParsedReference {
  readonly name: string;
  readonly selector: VersionSelector;
}

/**
 * Parses `credit@champion`, `credit/3`, `credit/Production` and `credit/latest`, also behind `models:/`.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 */
export function parseReference(reference: string): ParsedReference {
  if (typeof reference !== "string")
    throw invalidArgument("reference", "must be a string such as credit@champion");
  const text = reference.replace(/^models:\/+/, "");
  const match = /^([^@/]+)(?:@([^@/]+)|\/([^@/]+))$/.exec(text);
  if (match === null) {
    throw invalidArgument(
      "reference",
      `${JSON.stringify(reference)} is not like credit@champion, credit/3, credit/Production or credit/latest`,
    );
  }
  const [, name, alias, version] = match as unknown as [string, string, string | undefined, string];
  assertModelName(name, "reference");
  if (alias !== undefined) {
    assertAlias(alias, "reference");
    return { name, selector: { alias } };
  }
  if (/^[1-9]\d{0,14}$/.test(version)) return { name, selector: { number: Number(version) } };
  if (version === "latest") return { name, selector: { latest: true } };
  if (isStage(version)) return { name, selector: { stage: version } };
  throw invalidArgument("reference", `${JSON.stringify(version)} is neither a number, "latest", nor a stage`);
}
