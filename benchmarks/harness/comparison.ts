/** One way to do something. */
export interface Contender {
  /** The call, as a reader would look it up: `"client.getBuffer(key)"`. */
  readonly call: string;
  /** Does it once. `index` counts up over all rounds. What it returns, or resolves to, is consumed. */
  run(index: number): unknown;
}

/** What the time of one operation is told in. */
export type Unit = "time" | "rate" | "bandwidth";

/** Ours beside a raw call that does the same with the same bytes and the same durability. */
export interface Comparison {
  /** What is measured: `"redis"`. */
  readonly subject: string;
  /** What is done: `"get"`. */
  readonly operation: string;
  readonly ours: Contender;
  readonly raw: Contender;
  /** Largest ratio of ours to raw that we want; `undefined` where the raw call is shown for orientation only. */
  readonly aim?: number | undefined;
  /** What the raw call does not promise, or does more, in a few words. */
  readonly remark?: string | undefined;
  /** Calls that wait at the same time. Default: 1. */
  readonly inFlight?: number | undefined;
  /** Calls of one side in one round. */
  readonly operations: number;
  /** Payload of one call, for a bandwidth. */
  readonly bytes?: number | undefined;
  readonly unit: Unit;
  /** Calls before the measurement; default: as many as two rounds have. */
  readonly warmUp?: number | undefined;
  /** Called before each slice, not timed: `side` is about to run. */
  readonly prepare?: ((side: "ours" | "raw") => void | Promise<void>) | undefined;
}

/** Some calls of one side: microseconds a call. */
export interface Slice {
  readonly time: number;
  /** Of this process, all threads: what others do on the machine is not in it, nor is what a server does. */
  readonly processor: number;
}

/** What came of a comparison. Times are microseconds a call. */
export interface Outcome {
  readonly comparison: Comparison;
  readonly rounds: readonly { readonly ours: Slice; readonly raw: Slice }[];
  readonly ours: number;
  readonly raw: number;
  /** Median of the ratios of the rounds. */
  readonly ratio: number;
  /** First and third quartile of the ratios of the rounds. */
  readonly spread: readonly [number, number];
  /** Median of the ratios of processor time. */
  readonly processorRatio: number;
}
