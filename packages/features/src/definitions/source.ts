import { invalidArgument } from "../errors.js";
import { assertName } from "./names.js";

/**
 * Where the rows of a view come from. At present that is the table of the view in the storage, which `write` and `push`
 * fill; `kind` leaves room for files and warehouses.
 */
export interface FeatureSource<EventTime extends string = string, CreatedTime extends string = string> {
  readonly kind: "table";
  /** The field of a row that says from when on its values held. */
  readonly eventTime: EventTime;
  /** The field that says when the row became known, if rows have one. */
  readonly createdTime: CreatedTime | undefined;
}

/** The source of a view that names none: rows carry `eventTime` and no created time. */
export type DefaultSource = FeatureSource<"eventTime", never>;

/**
 * The table of the view, with the names of its time fields. A time is microseconds since the epoch, a `Date`, or ISO 8601
 * with a zone.
 *
 * Declare `createdTime` where rows are corrected or filled in later: among rows of one entity and event time, the one
 * that was created last then wins.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if a name is no name, or both are the same
 *
 * @example
 * ```ts
 * import { tableSource } from "@millwright/features";
 *
 * const source = tableSource({ eventTime: "day", createdTime: "loadedAt" });
 * ```
 */
export function tableSource<
  const EventTime extends string = "eventTime",
  const CreatedTime extends string = never,
>(
  options: {
    readonly eventTime?: EventTime | undefined;
    readonly createdTime?: CreatedTime | undefined;
  } = {},
): FeatureSource<EventTime, CreatedTime> {
  const { eventTime = "eventTime" as EventTime, createdTime } = options;
  assertName(eventTime, "eventTime");
  if (createdTime !== undefined) assertName(createdTime, "createdTime");
  if (eventTime === (createdTime as string | undefined))
    throw invalidArgument("createdTime", `the event time has the same name, ${JSON.stringify(eventTime)}`);
  return Object.freeze({ kind: "table", eventTime, createdTime });
}
