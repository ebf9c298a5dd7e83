/** Words of a name that say that its value is secret, wherever they stand. */
const secretWords = new Set([
  "password",
  "passwd",
  "passphrase",
  "secret",
  "secrets",
  "credential",
  "credentials",
  "apikey",
  "accesskey",
  "privatekey",
  "secretkey",
]);

/** Words that make a key a secret one: a `primary_key` is none. */
const secretKeys = new Set([
  "api",
  "access",
  "account",
  "auth",
  "encryption",
  "license",
  "master",
  "private",
  "secret",
  "service",
  "shared",
  "signing",
  "storage",
  "ssh",
  "deploy",
  "admin",
  "session",
  "webhook",
]);

/** What a token of a language model is called: no secret. */
const modelTokens = new Set([
  "pad",
  "eos",
  "bos",
  "unk",
  "sep",
  "cls",
  "mask",
  "max",
  "min",
  "num",
  "next",
  "per",
  "stop",
  "end",
  "start",
  "special",
  "input",
  "output",
  "prompt",
  "image",
  "first",
  "last",
  "each",
]);

/**
 * Whether a name, of a variable, option or field, says that its value is secret: by its words, in any of the usual spellings
 * (`DB_PASSWORD`, `apiKey`, `--access-token`).
 */
export function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  const last = words.at(-1);
  const before = words.at(-2);
  if (words.some((word) => secretWords.has(word))) return !isAboutIt(last);
  if (last === "pass" || last === "pwd") return true;
  if (last === "token") return before === undefined || !modelTokens.has(before);
  // The number that often ends it: `API_KEY_2`.
  if (last === "key" || (before === "key" && /^\d+$/.test(last!)))
    return words.some((word) => secretKeys.has(word));
  return before === "token" && /^\d+$/.test(last!);
}

/** `password_length`, `secret_name` and the like are about a secret. */
function isAboutIt(last: string | undefined): boolean {
  return /^(length|len|name|file|path|dir|count|size|min|max|policy|enabled|required|id|type|version|field|prompt)$/.test(
    last ?? "",
  );
}

/**
 * The values of environment variables that are secret: those of at least 8 characters whose names say so, or that end in `_KEY`. Of a value of
 * several lines each line that is long enough. The longest first, so that none is masked in part.
 */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): string[] {
  const values = new Set<string>();
  for (const [name, value] of Object.entries(environment)) {
    // The working directory, by tradition.
    if (value === undefined || name === "PWD" || name === "OLDPWD") continue;
    if (!isSecretName(name) && !/_KEY$/i.test(name)) continue;
    for (const line of [value, ...value.split(/[\r\n]+/)])
      if (line.trim().length >= 8) values.add(line.trim());
  }
  return [...values].sort((a, b) => b.length - a.length);
}
