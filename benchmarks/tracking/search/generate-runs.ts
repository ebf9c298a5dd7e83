import { createRandom } from "@millwright/core";

/** A run of the search benchmark: what all sides store. */
export interface GeneratedRun {
  /** 32 hexadecimal digits, in the order of the starts. */
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly params: Readonly<Record<string, number | string>>;
  /** The only point of each metric, at {@link lastStep} and the end. */
  readonly metrics: Readonly<Record<string, number>>;
}

export const experiment = "search";
export const lastStep = 99;
const keyCount = 20;
const firstStart = Date.UTC(2026, 0, 1);
const optimizers = ["adam", "sgd", "rmsprop", "lamb"];

/** Makes runs with 20 parameters and 20 metrics each. The same seed makes the same. */
export function* generateRuns(seed: number, count: number): Generator<GeneratedRun, void, void> {
  const random = createRandom(seed);
  const digits = (length: number): string =>
    Array.from({ length }, () => random.integer(16).toString(16)).join("");
  const key = (kind: string, place: number): string => `${kind}_${String(place).padStart(2, "0")}`;
  for (let index = 0; index < count; index++) {
    const start = firstStart + index * 1_000;
    const params: Record<string, number | string> = {};
    const metrics: Record<string, number> = {};
    for (let place = 0; place < keyCount; place++) {
      // A quarter are texts, a quarter whole numbers, the others numbers with a fraction.
      const kind = place % 4;
      params[key("param", place)] =
        kind === 0 ? optimizers[random.integer(4)]! : kind === 1 ? random.integer(256) : random.next();
      metrics[key("metric", place)] = random.next();
    }
    yield {
      id: start.toString(16).padStart(12, "0") + digits(20),
      name: `run-${index}`,
      start,
      end: start + 60_000,
      params,
      metrics,
    };
  }
}

/** A search that is measured: half of the runs match, more or less, and the best hundred of them are wanted. */
export interface Query {
  readonly filter: string;
  readonly orderBy: string;
}

/** Searches, each with another limit, in MLflow's language. The same seed makes the same. */
export function generateQueries(seed: number, count: number): Query[] {
  const random = createRandom(seed + 1);
  return Array.from({ length: count }, () => ({
    filter: `metrics.metric_00 > ${(0.05 + 0.9 * random.next()).toFixed(6)}`,
    orderBy: "metrics.metric_01 DESC",
  }));
}

export const pageSize = 100;
