import { invalidArgument } from "../errors.js";
import type { MetricHistory } from "./history.js";

/** How points are chosen: the extremes of each bucket, or the shape as the eye sees it (largest triangle three buckets). */
export type DownsampleMethod = "minmax" | "lttb";

/** Both ends, and one lowest, one highest and one gap between them. */
const fewest = 5;

/**
 * At most `points` points of a history, for a chart. They are points of the history in its order, so steps never decrease.
 * The first and the last are always kept; a history that fits is returned as it is. Linear in the length of the history.
 *
 * `"minmax"` cuts what is between the ends into buckets of equally many points and keeps the lowest and the highest of each,
 * the earliest of equals: no spike is lost. `"lttb"` keeps one point a bucket, the one with the largest triangle to the point
 * chosen before and the mean of the next bucket: fewer points for the same shape, but it may miss a spike beside a larger one.
 *
 * Values that are not finite: a run of NaN is a gap, represented by one NaN. All gaps survive while they need at most a third
 * of the points; beyond that each bucket keeps its first one. ±Infinity is an extreme like any other in `"minmax"`. In `"lttb"`
 * it takes no part in areas and means, and a run of the same infinity is kept like a gap.
 *
 * @param points at least 5
 * @throws {MillwrightError} `INVALID_ARGUMENT` if `points` is not a whole number of at least 5, or the method is unknown
 * @see Sveinn Steinarsson, "Downsampling Time Series for Visual Representation", University of Iceland, 2013, §4.2 (LTTB) and
 *   §3.1 (equal buckets)
 *
 * @example
 * ```ts
 * import type { MetricHistory } from "@millwright/tracking";
 * import { downsample } from "@millwright/tracking/comparison";
 *
 * declare const loss: MetricHistory; // 1,000,000 points
 * const drawn = downsample(loss, 500, "minmax");
 * console.log(drawn.values.length); // at most 500
 * ```
 */
export function downsample(
  history: MetricHistory,
  points: number,
  method: DownsampleMethod = "minmax",
): MetricHistory {
  checkDownsampling(points, method);
  if (history.values.length <= points) return history;
  const marks = method === "minmax" ? Number.isNaN : notFinite;
  const { kept, markers } = withoutRepeatedMarkers(history.values, marks);
  if (kept.length <= points) return pick(history, kept);
  // All markers, while enough is left for what is between them; else the first of each bucket.
  const room = points - 2;
  const all = markers <= room / 3;
  const each = method === "minmax" ? 2 : 1;
  const buckets = Math.floor(all ? (room - markers) / each : room / (each + 1));
  const inner: Inner = { kept, buckets, all, marks };
  return pick(history, method === "minmax" ? extremes(history.values, inner) : triangles(history, inner));
}

/** Checks what {@link downsample} is asked for. @throws {MillwrightError} `INVALID_ARGUMENT` */
export function checkDownsampling(points: number | undefined, method: DownsampleMethod | undefined): void {
  if (points !== undefined && (!Number.isSafeInteger(points) || points < fewest)) {
    throw invalidArgument(
      "points",
      `must be a whole number of at least ${fewest} (both ends, and a lowest, a highest and a gap between), got ${points}`,
    );
  }
  if (method !== undefined && method !== "minmax" && method !== "lttb") {
    throw invalidArgument("method", `must be "minmax" or "lttb", got ${JSON.stringify(method)}`);
  }
}

interface Inner {
  /** Places in the history; the first and the last are its ends. */
  readonly kept: Uint32Array;
  readonly buckets: number;
  /** Keep every marker, not only the first of a bucket. */
  readonly all: boolean;
  readonly marks: (value: number) => boolean;
}

function notFinite(value: number): boolean {
  return !Number.isFinite(value);
}

/** The places of all points but those that repeat the marker before them. The ends stay, whatever they are. */
function withoutRepeatedMarkers(
  values: Float64Array,
  marks: (value: number) => boolean,
): { kept: Uint32Array; markers: number } {
  const last = values.length - 1;
  const kept = new Uint32Array(values.length);
  let [length, markers] = [0, 0];
  for (let index = 0; index <= last; index++) {
    const value = values[index]!;
    const marker = marks(value);
    if (marker && index > 0 && Object.is(value, values[index - 1])) {
      if (index < last) continue;
      // The run that reaches the end is represented by the end, unless it is also the beginning.
      if (length > 1) {
        kept[length - 1] = last;
        markers--;
        continue;
      }
    }
    kept[length++] = index;
    if (marker && index > 0 && index < last) markers++;
  }
  return { kept: kept.subarray(0, length), markers };
}

/** Where the n-th bucket of the points between the ends begins, from 1. */
function bucketStart({ kept, buckets }: Inner, bucket: number): number {
  return 1 + Math.floor((bucket * (kept.length - 2)) / buckets);
}

function extremes(values: Float64Array, inner: Inner): Uint32Array {
  const { kept, buckets, all, marks } = inner;
  const chosen = new Uint32Array(kept.length);
  chosen[0] = kept[0]!;
  let length = 1;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const [start, end] = [bucketStart(inner, bucket), bucketStart(inner, bucket + 1)];
    let [lowest, highest, marker] = [-1, -1, -1];
    for (let place = start; place < end; place++) {
      const value = values[kept[place]!]!;
      if (marks(value)) {
        if (marker === -1) marker = place;
      } else {
        if (lowest === -1 || value < values[kept[lowest]!]!) lowest = place;
        if (highest === -1 || value > values[kept[highest]!]!) highest = place;
      }
    }
    for (let place = start; place < end; place++) {
      if (
        place === lowest ||
        place === highest ||
        place === marker ||
        (all && marker !== -1 && marks(values[kept[place]!]!))
      ) {
        chosen[length++] = kept[place]!;
      }
    }
  }
  chosen[length++] = kept.at(-1)!;
  return chosen.subarray(0, length);
}

function triangles(history: MetricHistory, inner: Inner): Uint32Array {
  const { kept, buckets, all, marks } = inner;
  const { x, y } = scaled(history, kept);
  const chosen = new Uint32Array(kept.length);
  chosen[0] = kept[0]!;
  let length = 1;
  const firstFinite = y.findIndex(Number.isFinite);
  const lastFinite = y.findLastIndex(Number.isFinite);
  // With no finite value at all there is no area to compare, and all that is left are markers.
  let before = Math.max(firstFinite, 0);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const [start, end] = [bucketStart(inner, bucket), bucketStart(inner, bucket + 1)];
    const after = meanOf(x, y, end, bucket === buckets - 1 ? end + 1 : bucketStart(inner, bucket + 2)) ?? {
      x: x[Math.max(lastFinite, 0)]!,
      y: y[Math.max(lastFinite, 0)]!,
    };
    let [best, largest, marker] = [-1, -1, -1];
    for (let place = start; place < end; place++) {
      if (marks(y[place]!)) {
        if (marker === -1) marker = place;
        continue;
      }
      const area = Math.abs(
        (x[before]! - after.x) * (y[place]! - y[before]!) - (x[before]! - x[place]!) * (after.y - y[before]!),
      );
      if (area > largest) [best, largest] = [place, area];
    }
    for (let place = start; place < end; place++) {
      if (place === best || place === marker || (all && marker !== -1 && marks(y[place]!))) {
        chosen[length++] = kept[place]!;
      }
    }
    if (best !== -1) before = best;
  }
  chosen[length++] = kept.at(-1)!;
  return chosen.subarray(0, length);
}

/** The mean of the finite points from `start` to before `end`; none, none. */
function meanOf(
  x: Float64Array,
  y: Float64Array,
  start: number,
  end: number,
): { x: number; y: number } | undefined {
  let [sumX, sumY, count] = [0, 0, 0];
  for (let place = start; place < end; place++) {
    if (!Number.isFinite(y[place]!)) continue;
    sumX += x[place]!;
    sumY += y[place]!;
    count++;
  }
  return count === 0 ? undefined : { x: sumX / count, y: sumY / count };
}

/**
 * Steps from the first on, and values, each divided by a power of two so that they are about 1: exact, it changes no
 * comparison of areas, and no area of large values overflows.
 */
function scaled(history: MetricHistory, kept: Uint32Array): { x: Float64Array; y: Float64Array } {
  const origin = history.steps[0]!;
  const x = new Float64Array(kept.length);
  const y = new Float64Array(kept.length);
  let largest = 0;
  for (const [place, index] of kept.entries()) {
    x[place] = Number(history.steps[index]! - origin);
    y[place] = history.values[index]!;
    if (Number.isFinite(y[place])) largest = Math.max(largest, Math.abs(y[place]!));
  }
  const [unitX, unitY] = [powerOfTwo(x.at(-1)!), powerOfTwo(largest)];
  for (let place = 0; place < kept.length; place++) {
    x[place] = x[place]! / unitX;
    y[place] = y[place]! / unitY;
  }
  return { x, y };
}

function powerOfTwo(value: number): number {
  // Below that, dividing would no longer be exact; the areas are small, and stay so.
  return value < 1e-280 ? 1 : 2 ** Math.min(Math.floor(Math.log2(value)), 1023);
}

function pick(history: MetricHistory, places: Uint32Array): MetricHistory {
  const steps = new BigInt64Array(places.length);
  const values = new Float64Array(places.length);
  const times = new Float64Array(places.length);
  for (const [place, index] of places.entries()) {
    steps[place] = history.steps[index]!;
    values[place] = history.values[index]!;
    times[place] = history.times[index]!;
  }
  return { key: history.key, steps, values, times };
}
