import type { FoundSecret } from "./find-secrets.js";

/** What stands where a secret was. Its length says nothing of that of the secret. */
export const secretMask = "***";

/** The text with each secret replaced. */
export function replaceSecrets(text: string, secrets: readonly FoundSecret[]): string {
  let replaced = "";
  let from = 0;
  for (const { start, end } of secrets) {
    replaced += text.slice(from, start) + secretMask;
    from = end;
  }
  return replaced + text.slice(from);
}
