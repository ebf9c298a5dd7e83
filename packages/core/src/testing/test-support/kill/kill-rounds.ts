import type { ChildProcess } from "node:child_process";
import { messageOf } from "../../../errors/create.js";
import { createRandom, type Random } from "../../../identity/random.js";
import { type Acknowledgements, acknowledgementsOf } from "./acknowledgements.js";

/** One life of the processes under test. */
export interface KillRound {
  /** From 1. */
  readonly round: number;
  /** The stream of this round; equal for equal seeds and rounds. */
  readonly random: Random;
}

/** What a round has started. */
export interface KillTarget {
  /**
   * Processes whose standard output says `ready` in a line and then one acknowledgement a line, each written only after
   * the call that it stands for has returned: see `ready` and `acknowledge` of `child.ts`.
   */
  readonly writers: readonly ChildProcess[];
  /**
   * Kills, by `SIGKILL`, what this round is about: a server, say. Default: each writer, one by one, at points of its own.
   * The writers are always killed afterwards.
   */
  readonly kill?: (() => void | Promise<void>) | undefined;
}

/** How to kill. */
export interface KillRoundsOptions {
  /** Rounds to run; each kills once (or each writer once). */
  readonly kills: number;
  readonly seed: number;
  /**
   * A quarter of the kills come within so many milliseconds of `ready`: they hit an open, or the first calls. Default: 60.
   */
  readonly window?: number | undefined;
  /** The others come after 1 to so many acknowledgements, and up to 3 ms. Default: 100. */
  readonly work?: number | undefined;
  /** Starts the processes of a round. */
  readonly start: (round: KillRound) => KillTarget | Promise<KillTarget>;
  /**
   * Looks at the data after the kill, and throws if it is not as it must be. `acknowledged` are the lines of this
   * round, by writer; a line that the kill has torn is left out, so work that is missing from it may have been done.
   */
  readonly verify: (acknowledged: readonly (readonly string[])[], round: KillRound) => void | Promise<void>;
}

/** What the rounds have seen. */
export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  /** Kills before anything was acknowledged: the ones that hit an open, or the first call. */
  readonly early: number;
}

/**
 * Starts writers, kills them without warning at a random point, and looks at what they left, again and again over the
 * same data. An error names the seed and the round.
 */
export async function killRounds(options: KillRoundsOptions): Promise<KillReport> {
  const { window = 60, work = 100 } = options;
  let kills = 0;
  let acknowledged = 0;
  let early = 0;
  for (let round = 1; kills < options.kills; round++) {
    const current: KillRound = { round, random: createRandom(options.seed * 1_000_003 + round) };
    try {
      const target = await options.start(current);
      const lines = await runToDeath(target, current.random, { window, work });
      kills += target.kill === undefined ? target.writers.length : 1;
      for (const writer of lines) {
        acknowledged += writer.length;
        if (writer.length === 0) early++;
      }
      await options.verify(lines, current);
    } catch (error) {
      throw new Error(`kill round ${round} of seed ${options.seed}: ${messageOf(error)}`, { cause: error });
    }
  }
  return { kills, acknowledged, early };
}

interface Extent {
  readonly window: number;
  readonly work: number;
}

async function runToDeath(target: KillTarget, random: Random, extent: Extent): Promise<string[][]> {
  const streams = target.writers.map(acknowledgementsOf);
  // Drawn before anything runs, so that equal seeds draw equal points.
  const points = streams.map(() => drawPoint(random, extent));
  try {
    await Promise.all(streams.map((stream) => stream.ready));
    if (target.kill !== undefined) {
      await reach(streams[0]!, points[0]!);
      await target.kill();
    } else {
      await Promise.all(
        target.writers.map(async (writer, index) => {
          await reach(streams[index]!, points[index]!);
          writer.kill("SIGKILL");
        }),
      );
    }
  } finally {
    for (const writer of target.writers) writer.kill("SIGKILL");
  }
  return Promise.all(streams.map((stream) => stream.lines));
}

interface Point {
  readonly acknowledgements: number;
  readonly milliseconds: number;
}

function drawPoint(random: Random, { window, work }: Extent): Point {
  const early = random.integer(4) === 0;
  const acknowledgements = early ? 0 : 1 + random.integer(work);
  return { acknowledgements, milliseconds: random.next() * (early ? window : 3) };
}

async function reach(stream: Acknowledgements, { acknowledgements, milliseconds }: Point): Promise<void> {
  await stream.after(acknowledgements);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
