import { coreError } from "../../errors/create.js";

/**
 * What goes wrong. `"unavailable"`: nothing is applied, and it is safe to try again. `"lost reply"`: the call is applied,
 * and nobody hears of it. `"full"`: a writing call finds the disk full. `"torn"`: the body of a blob breaks in its middle.
 * `"slow"`: the call takes 20 ms more, and nothing fails.
 */
export type Fault = "unavailable" | "lost reply" | "full" | "torn" | "slow";

/** Which calls of a driver go wrong, and how. */
export interface FaultPlan {
  readonly fault: Fault;
  /** The first call that goes wrong, counted from 1 over all methods. */
  readonly at: number;
  /** How many calls go wrong from then on. Default: 1; `Infinity` for a server that does not come back. */
  readonly times?: number | undefined;
}

/** Counts calls against a plan, and lets some go wrong. Several drivers may share one. */
export interface FaultCounter {
  /** Calls so far. */
  readonly calls: number;
  /** Runs a call of a driver, or lets it go wrong. */
  run<T>(kind: "read" | "write", call: () => Promise<T>): Promise<T>;
  /** Whether the next call is to be torn; counts it. */
  tears(): boolean;
}

/** A counter that begins at 0. */
export function faultCounter({ fault, at, times = 1 }: FaultPlan): FaultCounter {
  let calls = 0;
  const isHit = (): boolean => {
    calls++;
    return calls >= at && calls < at + times;
  };
  return {
    get calls() {
      return calls;
    },
    async run(kind, call) {
      if (!isHit()) return call();
      switch (fault) {
        case "unavailable":
          throw coreError("UNAVAILABLE", "an injected fault: the store could not be reached", {
            retryable: true,
          });
        case "lost reply": {
          await call();
          if (kind === "write") throw coreError("OUTCOME_UNKNOWN", "an injected fault: the reply was lost");
          throw coreError("UNAVAILABLE", "an injected fault: the reply was lost", { retryable: true });
        }
        case "full":
          if (kind === "read") return call();
          throw coreError("STORAGE_FULL", "an injected fault: the disk is full");
        case "slow":
          await new Promise((resolve) => setTimeout(resolve, 20));
          return call();
        default:
          return call();
      }
    },
    tears: () => fault === "torn" && isHit(),
  };
}
