/** How points are logged: one a call, ten metrics a call, or many points of a metric a call. */
export type Shape = "metric" | "metrics" | "series";

/** Metrics of one call of the shape `"metrics"`, on all sides. */
export const keysOfCall = 10;

/** Points of one call of `logSeries`. MLflow takes 1,000 at most. */
export const pointsOfSeries = 1_000;

/** What a program prints that logged points, ended its run, and read all of them back equal. It fails if they are not. */
export interface PointsResult {
  readonly points: number;
  /** Points that were read back. */
  readonly stored: number;
  /** From the first call until the last had returned. */
  readonly logSeconds: number;
  /** From there until the run had ended, with everything stored. */
  readonly endSeconds: number;
  readonly readSeconds: number;
  /** Microseconds of one call. */
  readonly callMedian: number;
  readonly callP99: number;
}

/** Points a second until all was stored. */
export function storedRate({ points, logSeconds, endSeconds }: PointsResult): number {
  return points / (logSeconds + endSeconds);
}

/** Points a second until all was read back, too. */
export function readRate({ points, logSeconds, endSeconds, readSeconds }: PointsResult): number {
  return points / (logSeconds + endSeconds + readSeconds);
}
