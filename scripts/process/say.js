/** One line about what a script does, told apart from the output of the tools that it runs. */
export function say(/** @type {string} */ line) {
  process.stdout.write(`» ${line}\n`);
}

/** One line that must not be overlooked; it goes to standard error. */
export function warn(/** @type {string} */ line) {
  process.stderr.write(`\n!!! ${line}\n\n`);
}

/** A mistake of the caller or a missing tool: printed without a stack trace, with its exit code. */
export class ScriptError extends Error {
  constructor(/** @type {string} */ message, /** @type {number} */ exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Wrong arguments: exit code 2. */
export function usageError(/** @type {string} */ message) {
  return new ScriptError(message, 2);
}

/**
 * Runs a script's main function. Its number becomes the exit code; a `ScriptError` is printed as one line.
 * @param {() => Promise<number | undefined> | number | undefined} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (error instanceof ScriptError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode;
    } else {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}
