import type { ModelStatistics } from "@millwright/core";

/** Counts what a model did. */
export interface Counters {
  succeeded(rows: number, computeMicros: number): void;
  failed(): void;
  read(): ModelStatistics;
}

/** Counters that start at zero. */
export function createCounters(): Counters {
  let [requests, failures, rows, computeMicros] = [0, 0, 0, 0];
  return {
    succeeded(count, micros) {
      requests++;
      rows += count;
      computeMicros += micros;
    },
    failed() {
      requests++;
      failures++;
    },
    read: () => ({ requests, failures, rows, computeMicros, queueMicros: 0 }),
  };
}
