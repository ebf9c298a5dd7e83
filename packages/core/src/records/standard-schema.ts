/**
 * A schema by the Standard Schema interface (standardschema.dev, version 1), which zod 3.24 and later, valibot, arktype and
 * others satisfy. Core names none of them.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The outcome of a validation. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** What is wrong, and where. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema takes. */
export type SchemaInput<Schema extends StandardSchema> = NonNullable<Schema["~standard"]["types"]>["input"];

/** What a schema gives. */
export type SchemaOutput<Schema extends StandardSchema> = NonNullable<Schema["~standard"]["types"]>["output"];

/** The issue with the path of its field behind `root`, as `value.tags[0]`. */
export function describeIssue(
  issue: StandardIssue,
  root: string,
): { readonly path: string; readonly message: string } {
  const path = (issue.path ?? []).reduce<string>((text, part) => {
    const key = typeof part === "object" ? part.key : part;
    return typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`;
  }, root);
  return { path, message: issue.message };
}
