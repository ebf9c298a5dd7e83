import type { Comparison, Contender, Outcome, Slice } from "./comparison.js";

/** What was returned ends here, so that no engine can leave out the work. */
let consumed = 0;

/**
 * Runs both sides in turn, round after round, the one that begins changing each time: what else the machine does meets
 * both alike. A ratio is that of two neighbours in time; the median of the ratios is told.
 */
export async function measure(comparison: Comparison, rounds: number): Promise<Outcome> {
  const { ours, raw, operations, inFlight = 1, prepare } = comparison;
  const warmUp = comparison.warmUp ?? 2 * operations;
  let position = 0;
  const slice = async (side: "ours" | "raw", count: number): Promise<Slice> => {
    await prepare?.(side);
    globalThis.gc?.();
    const before = process.cpuUsage();
    const started = performance.now();
    await repeat(side === "ours" ? ours : raw, position, count, inFlight);
    const elapsed = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    return { time: (elapsed * 1_000) / count, processor: (user + system) / count };
  };
  if (warmUp > 0) {
    await slice("ours", warmUp);
    await slice("raw", warmUp);
    position += warmUp;
  }
  const measured: { readonly ours: Slice; readonly raw: Slice }[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await slice("ours", operations);
      measured.push({ ours: first, raw: await slice("raw", operations) });
    } else {
      const first = await slice("raw", operations);
      measured.push({ ours: await slice("ours", operations), raw: first });
    }
    position += operations;
  }
  const over = (value: (round: Outcome["rounds"][number]) => number, fraction = 0.5): number =>
    quantile(measured.map(value), fraction);
  const ratioOf = (round: Outcome["rounds"][number]): number => round.ours.time / round.raw.time;
  return {
    comparison,
    rounds: measured,
    ours: over(({ ours: slice }) => slice.time),
    raw: over(({ raw: slice }) => slice.time),
    ratio: over(ratioOf),
    spread: [over(ratioOf, 0.25), over(ratioOf, 0.75)],
    processorRatio: over((round) => round.ours.processor / round.raw.processor),
  };
}

/** How many results have been consumed. Printed, so that they are. */
export function consumedResults(): number {
  return consumed;
}

async function repeat(contender: Contender, start: number, count: number, inFlight: number): Promise<void> {
  let next = start;
  const end = start + count;
  const work = async (): Promise<void> => {
    while (next < end) {
      const result = contender.run(next++);
      // A synchronous call stays one: a promise around it would be a cost that it does not have.
      const value = result instanceof Promise ? await result : result;
      if (value !== undefined) consumed++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
}
