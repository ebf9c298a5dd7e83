import { describeIssue, type StandardSchema } from "@millwright/core";
import { invalidInput } from "../errors.js";

/** The row as the schema gives it back. @throws {MillwrightError} `INVALID_ARGUMENT` with every issue and its path */
export function validateRow<Output>(
  schema: StandardSchema<unknown, Output>,
  row: unknown,
  path: string,
): Output {
  const result = schema["~standard"].validate(row);
  if (result instanceof Promise) {
    result.catch(() => {});
    throw invalidInput(path, "the schema is asynchronous; use one that validates at once");
  }
  if (result.issues === undefined) return result.value;
  const [first, ...others] = result.issues.map((issue) => describeIssue(issue, path));
  const rest = others.map((issue) => `; ${issue.path}: ${issue.message}`).join("");
  throw invalidInput(first?.path ?? path, `${first?.message ?? "is refused"}${rest}`);
}
