import { type ModelSignature, type StructuredValue, toCanonicalJson } from "@millwright/core";

/**
 * The semantic version after another: the patch grows if the signature is the same (the model was trained again), the major if it
 * is not. A difference that old callers would not notice counts as one too, until signatures are compared by parts.
 */
export function nextVersion(
  previous: { readonly version: string; readonly signature: ModelSignature } | undefined,
  signature: ModelSignature,
): string {
  if (previous === undefined) return "1.0.0";
  const [major, minor, patch] = previous.version.split(".").map(Number) as [number, number, number];
  return sameSignature(previous.signature, signature) ? `${major}.${minor}.${patch + 1}` : `${major + 1}.0.0`;
}

function sameSignature(a: ModelSignature, b: ModelSignature): boolean {
  return (
    toCanonicalJson(a as unknown as StructuredValue) === toCanonicalJson(b as unknown as StructuredValue)
  );
}
