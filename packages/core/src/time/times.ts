import { invalidArgument } from "../errors/create.js";

/** A point in time as people give it: microseconds since the epoch, a `Date`, or an ISO 8601 string with a zone. */
export type TimeInput = number | Date | string;

/** A duration as people give it: microseconds, or a number with a unit, such as `"90d"`, `"1h"`, `"250ms"`. */
export type DurationInput = number | string;

const unitMicros: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
  w: 604_800_000_000,
};

const isoWithZone = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * Microseconds since the epoch. ISO strings keep their microseconds; a time without a zone is refused, since it
 * means a different instant on every machine.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 */
export function toMicros(time: TimeInput, path = "time"): number {
  if (typeof time === "number") {
    if (!Number.isSafeInteger(time))
      throw invalidArgument(path, `${time} is not a whole number of microseconds`);
    return time;
  }
  if (time instanceof Date) {
    const milliseconds = time.getTime();
    if (Number.isNaN(milliseconds)) throw invalidArgument(path, "the Date is invalid");
    return representable(milliseconds * 1000, time, path);
  }
  if (typeof time !== "string") throw invalidArgument(path, `a ${typeof time} is no time`);
  const match = isoWithZone.exec(time);
  const milliseconds = match === null ? Number.NaN : Date.parse(time);
  // Engines take a day that the month does not have for one of the next month.
  if (match === null || Number.isNaN(milliseconds) || !isDay(time.slice(0, 10))) {
    throw invalidArgument(
      path,
      `${JSON.stringify(time)} is not an ISO 8601 time with a zone, such as 2026-01-31T12:00:00Z`,
    );
  }
  const fraction = (match[2] ?? ".").slice(1).padEnd(6, "0");
  return representable(
    Math.floor(milliseconds / 1000) * 1_000_000 + Number(fraction.slice(0, 6)),
    time,
    path,
  );
}

function isDay(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

function representable(micros: number, time: Date | string, path: string): number {
  if (Number.isSafeInteger(micros)) return micros;
  const text = typeof time === "string" ? time : time.toISOString();
  throw invalidArgument(path, `${text} lies outside of the years 1684 to 2255, which microseconds can count`);
}

/**
 * Microseconds of a duration, rounded to whole ones where it has a unit.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 */
export function toDuration(duration: DurationInput, path = "duration"): number {
  if (typeof duration === "number") {
    if (!Number.isSafeInteger(duration) || duration < 0)
      throw invalidArgument(path, `${duration} is not a whole number of microseconds from 0`);
    return duration;
  }
  const match = typeof duration === "string" ? /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)$/.exec(duration) : null;
  const micros = match === null ? Number.NaN : Math.round(Number(match[1]) * unitMicros[match[2]!]!);
  if (!Number.isSafeInteger(micros))
    throw invalidArgument(path, `"${duration}" is not a duration such as "250ms", "1h" or "90d"`);
  return micros;
}

/** ISO 8601 in UTC with six decimals, for people. */
export function toIso(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = String(micros - seconds * 1_000_000).padStart(6, "0");
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}
