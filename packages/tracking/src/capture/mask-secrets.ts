import { invalidArgument } from "../errors.js";
import { currentHost } from "./host.js";
import { findSecrets } from "./secrets/find-secrets.js";
import { replaceSecrets, secretMask } from "./secrets/replace-secrets.js";
import { isSecretName, secretValues } from "./secrets/secret-names.js";

/** What is secret besides what looks like it. */
export interface MaskSecretsOptions {
  /** Variables whose values are secret if their names say so. Default: those of this process; none in a browser. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * A text with `***` in the place of each secret that can be told:
 *
 * - `Authorization` and `Cookie` headers, bearer tokens, JSON web tokens, private keys of PEM;
 * - keys and tokens of AWS, GitHub, GitLab, Slack, OpenAI and others of that form, Stripe, Google, Hugging Face, npm, PyPI;
 * - passwords in addresses, signatures of signed ones;
 * - what follows a name that says so: `--password x`, `PASSWORD=x`, `"apiKey": "x"`; tokens of language models, such as `pad_token`, are none;
 * - values of environment variables of at least 8 characters whose names say so, wherever they stand.
 *
 * It is a net with a wide mesh, not a proof: a secret without a name or a known form is not told from other text, and a harmless value with
 * a secret name is masked.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` for what is no text
 * @example
 * ```ts
 * import { maskSecrets } from "@millwright/tracking/capture";
 *
 * console.log(maskSecrets("postgres://ml:hunter2@db/credit --api-key=abc")); // postgres://ml:***@db/credit --api-key=***
 * ```
 */
export function maskSecrets(text: string, options: MaskSecretsOptions = {}): string {
  if (typeof text !== "string") throw invalidArgument("text", `must be a string, not ${typeof text}`);
  return replaceSecrets(text, findSecrets(text, secretsOf(options)));
}

/**
 * The arguments of a program, with their secrets masked as {@link maskSecrets} does, also where an option and its value are two arguments.
 *
 * @param argv Default: the arguments of this process, without those of Node and the script; none in a browser.
 * @throws {MillwrightError} `INVALID_ARGUMENT` for what is no list of texts
 * @example
 * ```ts
 * import { captureArguments } from "@millwright/tracking/capture";
 *
 * console.log(captureArguments(["--epochs", "3", "--token", "abcdefgh"])); // [ "--epochs", "3", "--token", "***" ]
 * ```
 */
export function captureArguments(
  argv: readonly string[] = currentHost()?.process.argv.slice(2) ?? [],
  options: MaskSecretsOptions = {},
): string[] {
  if (!Array.isArray(argv) || argv.some((argument) => typeof argument !== "string"))
    throw invalidArgument("argv", "must be an array of strings");
  const values = secretsOf(options);
  return argv.map((argument: string, index) => {
    const assigned = /^(-{0,2}[A-Za-z][\w.-]*)=(?=.)/s.exec(argument);
    if (assigned !== null && isSecretName(assigned[1]!)) return assigned[0] + secretMask;
    // A value begins with a dash less often than a flag stands before another option.
    const before = /^--?([A-Za-z][\w.-]*)$/.exec(argv[index - 1] ?? "")?.[1];
    if (before !== undefined && isSecretName(before) && !/^--?[A-Za-z]/.test(argument)) return secretMask;
    return replaceSecrets(argument, findSecrets(argument, values));
  });
}

/** The values that are secret by the name of their variable. */
export function secretsOf({ environment }: MaskSecretsOptions): string[] {
  return secretValues(environment ?? currentHost()?.process.env ?? {});
}
