/** What a suite needs of a test runner. Those of vitest, `node:test` and Mocha fit as they are. */
export interface TestFunction {
  (name: string, body: () => Promise<void>): unknown;
  /** Registers a case that is not run. */
  skip?: ((name: string, body: () => Promise<void>) => unknown) | undefined;
}

/** How every suite is run. */
export interface SuiteOptions {
  /** Registers one case. */
  readonly test: TestFunction;
  /** Groups the cases, where the runner can. */
  readonly describe?: ((name: string, body: () => void) => unknown) | undefined;
  /**
   * Cases that this driver cannot pass, each with the reason, by their full names. A skipped case is shown as such; a name
   * that no case has is an error.
   */
  readonly skip?: Readonly<Record<string, string>> | undefined;
}

/** One statement of a contract, and how it is proven. */
export interface ConformanceCase<Context> {
  /** The subject and the behaviour: `"ranges: the end is not in the range"`. */
  readonly name: string;
  readonly run: (context: Context) => Promise<void>;
}

/**
 * Registers cases, each with a context of its own.
 *
 * @throws {Error} if a name to skip is not that of a case, or two cases have one name
 */
export function registerCases<Context>(
  suite: string,
  cases: readonly ConformanceCase<Context>[],
  options: SuiteOptions,
  withContext: (run: (context: Context) => Promise<void>) => Promise<void>,
): void {
  const names = new Set(cases.map(({ name }) => name));
  if (names.size !== cases.length) throw new Error(`the suite ${suite} has two cases of one name`);
  for (const name of Object.keys(options.skip ?? {})) {
    if (!names.has(name)) throw new Error(`the suite ${suite} has no case ${JSON.stringify(name)} to skip`);
  }
  const register = (): void => {
    for (const { name, run } of cases) {
      const body = (): Promise<void> => withContext(run);
      const reason = options.skip?.[name];
      if (reason === undefined) options.test(name, body);
      else skipCase(options.test, `${name} (skipped: ${reason})`, body);
    }
  };
  if (options.describe === undefined) register();
  else options.describe(suite, register);
}

function skipCase(test: TestFunction, name: string, body: () => Promise<void>): void {
  if (test.skip === undefined)
    throw new Error(`the test runner cannot skip, so ${JSON.stringify(name)} cannot be skipped`);
  test.skip(name, body);
}
