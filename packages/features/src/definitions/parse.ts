import { describeIssue } from "@millwright/core";
import type * as z from "zod";
import { invalidArgument } from "../errors.js";

/**
 * The value as the schema gives it.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of the first problem
 */
export function parse(schema: z.core.$ZodType, value: unknown, path: string): unknown {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    result.catch(() => {});
    throw invalidArgument(path, "the schema is asynchronous; rows are checked by synchronous schemas only");
  }
  if (result.issues === undefined) return result.value;
  const [issue] = result.issues;
  if (issue === undefined) throw invalidArgument(path, "the schema refuses it");
  const described = describeIssue(issue, path);
  throw invalidArgument(described.path, described.message);
}
