import { markdownTable } from "../markdown.js";
import { countText, median, rateText, ratioText, timeText } from "../numbers.js";
import type { Peers } from "../peers.js";
import { type PointsContender, pointsContenders } from "./contenders.js";
import { type PointsResult, pointsOfSeries, readRate, type Shape, storedRate } from "./shape.js";

/** How to compare. */
export interface PointsOptions {
  readonly folder: string;
  readonly peers: Peers;
  readonly seed: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

/** A way to log points, and all its rounds. */
export interface PointsRow extends Pick<PointsContender, "shape" | "call" | "isOurs" | "points"> {
  readonly rounds: readonly PointsResult[];
  /** Median over the rounds of what ours stored in a second / what this stored. */
  readonly ratio: number;
}

const shapes: readonly Shape[] = ["metric", "metrics", "series"];

/** Runs all ways in turn, each a process of its own, round after round, beginning with another one each time. */
export async function comparePoints(options: PointsOptions): Promise<PointsRow[]> {
  const { folder, peers, seed, rounds, quick, say } = options;
  const contenders = pointsContenders(folder, peers, quick);
  const results = contenders.map((): PointsResult[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const place = (turn + round) % contenders.length;
      const { call, run } = contenders[place]!;
      const result = await run(seed + round);
      results[place]!.push(result);
      say(`round ${round + 1}, ${call}: ${rateText(storedRate(result))}`);
    }
  }
  return contenders.map(({ shape, call, isOurs, points }, place) => {
    // The first of a shape is ours, in the default durability.
    const base = results[contenders.findIndex((other) => other.shape === shape)]!;
    const own = results[place]!;
    const ratio = median(own.map((result, round) => storedRate(base[round]!) / storedRate(result)));
    return { shape, call, isOurs, points, rounds: own, ratio };
  });
}

/** The table for readers. */
export function pointsTable(rows: readonly PointsRow[]): string {
  const titles = {
    metric: "one point",
    metrics: "ten metrics",
    series: `${countText(pointsOfSeries)} points`,
  };
  return markdownTable(
    ["in a call", "call", "points", "stored", "stored and read back", "ours / it", "a call, median", "p99"],
    shapes.flatMap((shape) =>
      rows
        .filter((row) => row.shape === shape)
        .map(({ call, points, rounds, ratio }) => [
          titles[shape],
          `\`${call}\``,
          countText(points),
          rateText(median(rounds.map(storedRate))),
          rateText(median(rounds.map(readRate))),
          ratioText(ratio),
          timeText(median(rounds.map(({ callMedian }) => callMedian))),
          timeText(median(rounds.map(({ callP99 }) => callP99))),
        ]),
    ),
  );
}
