import { parseArgs } from "node:util";

/** What the command line asked for. */
export interface BenchmarkOptions {
  readonly seed: number;
  /** Groups and subjects to run; empty for all. */
  readonly only: readonly string[];
  /** Fewer rounds and calls: to see that it works, not to quote. */
  readonly quick: boolean;
  readonly rounds: number;
  /** Factor on the number of calls. */
  readonly scale: number;
}

/**
 * Reads `--seed <number>`, `--only <names, separated by commas>`, `--rounds <number>` and `--quick`.
 * Without `--rounds` there are as many as the benchmark says.
 *
 * @throws {Error} on anything else
 */
export function readOptions(
  args: readonly string[],
  names: readonly string[],
  { rounds, quickRounds } = { rounds: 11, quickRounds: 3 },
): BenchmarkOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      only: { type: "string", default: "" },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
    },
  });
  const only = values.only.split(",").filter((name) => name !== "");
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`--only takes ${names.join(", ")}; not "${unknown}"`);
  return {
    seed: wholeNumber("seed", values.seed),
    only,
    quick: values.quick,
    rounds:
      values.rounds === undefined
        ? values.quick
          ? quickRounds
          : rounds
        : wholeNumber("rounds", values.rounds),
    scale: values.quick ? 0.1 : 1,
  };
}

/** Whether a subject of a group was asked for. */
export function isWanted({ only }: BenchmarkOptions, group: string, subject?: string): boolean {
  if (only.length === 0 || only.includes(group)) return true;
  return subject === undefined ? false : only.includes(subject);
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} is a whole number from 1`);
  return value;
}
