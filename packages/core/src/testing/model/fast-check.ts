/** What {@link kvModelTest} uses of fast-check 3 or 4. Pass the module itself: `import fc from "fast-check"`. */
export interface FastCheck {
  // The arbitraries of fast-check go from one of these into another, and are of no concern here.
  nat(max: number): unknown;
  tuple(...arbitraries: never[]): unknown;
  array(arbitrary: never, constraints: { maxLength: number; size: "max" }): unknown;
  asyncProperty(arbitrary: never, predicate: (value: never) => Promise<void>): unknown;
  assert(property: never, parameters: { seed?: number; numRuns: number }): Promise<void> | void;
}

/** Four small numbers, of which a step is made: simple to shrink. */
export type StepNumbers = readonly [number, number, number, number];

/** Checks a predicate on random sequences of steps, and shrinks those on which it fails. */
export async function checkSteps(
  fastCheck: FastCheck,
  settings: { readonly seed: number | undefined; readonly runs: number; readonly steps: number },
  predicate: (steps: readonly StepNumbers[]) => Promise<void>,
): Promise<void> {
  const { seed, runs, steps } = settings;
  const step = fastCheck.tuple(
    ...[fastCheck.nat(9), fastCheck.nat(7), fastCheck.nat(7), fastCheck.nat(5)].map((part) => part as never),
  );
  const sequences = fastCheck.array(step as never, { maxLength: steps, size: "max" });
  const property = fastCheck.asyncProperty(sequences as never, predicate as (value: never) => Promise<void>);
  await fastCheck.assert(property as never, seed === undefined ? { numRuns: runs } : { seed, numRuns: runs });
}
