import { codeKeys, type KeyedRows } from "./key-codes.js";

/** Rows with a point in time each: microseconds since the epoch, NaN where there is none. */
export interface TimedRows extends KeyedRows {
  readonly times: Float64Array;
}

/** Rows of a feature view. */
export interface FeatureRows extends TimedRows {
  /** When each row became known, NaN where that is not known. Absent: not declared. */
  readonly created?: Float64Array | undefined;
}

/** How to join. */
export interface PointInTimeOptions {
  /** Microseconds; 0: no lower bound. */
  readonly ttl: number;
  readonly strictlyBefore: boolean;
  readonly asOfKnowledge: boolean;
}

/**
 * For every entity row the feature row that held at its time, as the index of that row, or −1.
 *
 * Candidates have the same keys, none of them null, and a time in `[t − ttl, t]`, both inclusive (`[t − ttl, t)` with
 * `strictlyBefore`). With `asOfKnowledge` they were also created by t, where a created time is declared. Of them the
 * greatest (event time, created time, index) wins: an unknown created time loses to any other, and the later row wins a
 * full tie. The whole row wins; nothing is carried forward from an older one.
 *
 * Rows are grouped by key and each group is sorted, unless it is sorted already; then each entity row costs one binary search.
 */
export function pointInTimeJoin(
  entities: TimedRows,
  features: FeatureRows,
  options: PointInTimeOptions,
): Int32Array {
  const { codes, count } = codeKeys([features, entities]);
  const { offsets, rows } = sortedGroups(codes[0]!, count, features);
  const times = Float64Array.from(rows, (row) => features.times[row]!);
  const { ttl, strictlyBefore } = options;
  const known = options.asOfKnowledge ? features.created : undefined;
  const winners = new Int32Array(entities.rows).fill(-1);
  const entityCodes = codes[1]!;
  for (let row = 0; row < winners.length; row++) {
    const code = entityCodes[row]!;
    const time = entities.times[row]!;
    if (code < 0 || Number.isNaN(time)) continue;
    const start = offsets[code]!;
    let last = firstBehind(times, start, offsets[code + 1]!, time, strictlyBefore) - 1;
    // A comparison with NaN is false: what has no created time is not known.
    if (known !== undefined) while (last >= start && !(known[rows[last]!]! <= time)) last--;
    if (last >= start && (ttl === 0 || times[last]! >= time - ttl)) winners[row] = rows[last]!;
  }
  return winners;
}

/** The rows of each group in the order that decides: group g is `rows[offsets[g] .. offsets[g + 1]]`. */
function sortedGroups(
  codes: Int32Array,
  count: number,
  { times, created }: FeatureRows,
): { offsets: Int32Array; rows: Int32Array } {
  const offsets = new Int32Array(count + 1);
  const isCandidate = (row: number): boolean => codes[row]! >= 0 && !Number.isNaN(times[row]!);
  for (let row = 0; row < codes.length; row++) if (isCandidate(row)) offsets[codes[row]! + 1]!++;
  for (let group = 0; group < count; group++) offsets[group + 1]! += offsets[group]!;
  const rows = new Int32Array(offsets[count]!);
  const next = offsets.slice();
  for (let row = 0; row < codes.length; row++) if (isCandidate(row)) rows[next[codes[row]!]!++] = row;
  const compare = (a: number, b: number): number =>
    times[a]! - times[b]! || compareCreated(created, a, b) || a - b;
  for (let group = 0; group < count; group++) {
    const part = rows.subarray(offsets[group], offsets[group + 1]);
    if (part.some((row, index) => index > 0 && compare(part[index - 1]!, row) > 0)) part.sort(compare);
  }
  return { offsets, rows };
}

function compareCreated(created: Float64Array | undefined, a: number, b: number): number {
  if (created === undefined) return 0;
  const left = created[a]!;
  const right = created[b]!;
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1;
  return Number.isNaN(right) ? 1 : left - right;
}

/** The first index in `start .. end` whose time lies behind `time`, or at it if `orAt`. */
function firstBehind(times: Float64Array, start: number, end: number, time: number, orAt: boolean): number {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = times[middle]!;
    if (value > time || (orAt && value === time)) high = middle;
    else low = middle + 1;
  }
  return low;
}
