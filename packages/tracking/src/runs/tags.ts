import { invalidArgument } from "../errors.js";
import { trackingLimits } from "../limits.js";
import { assertName } from "../names.js";

/** @throws {MillwrightError} `INVALID_ARGUMENT` unless all names and values can be kept */
export function assertTags(tags: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(tags)) {
    assertName(name, `tags.${name}`);
    if (typeof value !== "string" || value.length > trackingLimits.tagLength || !value.isWellFormed()) {
      throw invalidArgument(
        `tags.${name}`,
        `must be text of at most ${trackingLimits.tagLength} characters, without lone surrogates`,
      );
    }
  }
}
