import { abortable } from "../../cancellation/abort.js";

/** One piece of work that many callers want done from now on. */
export interface SharedTask<Result> {
  /**
   * The result of a run of the work that began after this call. Callers that come while one is going on share the next. A caller whose
   * signal aborts leaves; when the last one has left, the run is aborted too.
   */
  run(signal: AbortSignal | undefined): Promise<Result>;
  /** Aborts what is going on and waits for its end. */
  close(reason: unknown): Promise<void>;
}

interface Round<Result> {
  readonly controller: AbortController;
  result: Promise<Result>;
  waiting: number;
}

/** Shares runs of `work`, of which no two overlap. */
export function createSharedTask<Result>(work: (signal: AbortSignal) => Promise<Result>): SharedTask<Result> {
  let current: Round<Result> | undefined;
  let next: Round<Result> | undefined;

  function begin(after: Promise<unknown>): Round<Result> {
    const round = { controller: new AbortController(), waiting: 0 } as Round<Result>;
    round.result = after
      .catch(() => {})
      .then(() => {
        if (next === round) next = undefined;
        current = round;
        round.controller.signal.throwIfAborted();
        return work(round.controller.signal);
      })
      .finally(() => {
        current = undefined;
      });
    // Whoever waits hears of a failure; it may be that all have left.
    round.result.catch(() => {});
    return round;
  }

  return {
    async run(signal) {
      signal?.throwIfAborted();
      if (next === undefined || next.controller.signal.aborted)
        next = begin((next ?? current)?.result ?? Promise.resolve());
      const round = next;
      round.waiting++;
      try {
        return await abortable(round.result, signal);
      } finally {
        round.waiting--;
        if (round.waiting === 0) round.controller.abort(signal?.reason);
      }
    },
    async close(reason) {
      const rounds = [current, next].filter((round) => round !== undefined);
      for (const round of rounds) round.controller.abort(reason);
      await Promise.allSettled(rounds.map((round) => round.result));
    },
  };
}
