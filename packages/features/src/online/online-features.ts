import type { Column, ColumnBatch } from "@millwright/core";
import { type ColumnValue, columnFrom } from "@millwright/core/columns";
import type { Feature, FeatureView } from "../definitions/feature-view.js";
import { columnName } from "../definitions/names.js";
import { rowValue } from "../definitions/value-form.js";
import { invalidArgument } from "../errors.js";
import type { PerFeature, PerView, SelectedValues, SelectedView } from "../store/selection.js";
import type { OnlineRow } from "./row-codec.js";

/**
 * What became of a feature: it has a value; it is known to be empty; there is no row for the entity, or its row is older
 * than the feature; there is a row, but it is older than the ttl of the view.
 */
export type FeatureStatus = "present" | "null" | "missing" | "expired";

/** Features as they are now, one row for each entity that was asked for, in the same order. */
export interface OnlineFeatures<Views extends readonly FeatureView[], Selected> {
  readonly rows: number;
  /**
   * The values of one row by view and feature. `null` is known to be empty; `undefined` is missing or expired.
   *
   * @throws {MillwrightError} `INVALID_ARGUMENT` if there is no such row
   */
  row(index: number): SelectedValues<Views, Selected>;
  /** Why a value is there or not. */
  status(index: number): PerFeature<Selected, FeatureStatus>;
  /** The event times of the rows that answered, in microseconds; `undefined` where there was none. An expired row has one. */
  eventTimes(index: number): PerView<Selected, number | undefined>;
  /** The features as columns `view__feature`, null where there is no value. */
  toBatch(): ColumnBatch;
}

/** What was found for one selected view, entity by entity. */
export interface FoundView extends SelectedView {
  readonly found: readonly (OnlineRow | undefined)[];
}

/** The result over what was found at a point in time. */
export function createOnlineFeatures(
  rows: number,
  views: readonly FoundView[],
  now: number,
): OnlineFeatures<readonly FeatureView[], unknown> {
  const each = <Thing>(index: number, make: (found: FoundView, row: OnlineRow | undefined) => Thing) => {
    if (!(Number.isInteger(index) && index >= 0 && index < rows))
      throw invalidArgument("index", `there is no row ${index}; there are ${rows}`);
    return Object.fromEntries(views.map((found) => [found.view.name, make(found, found.found[index])]));
  };
  const eachFeature = <Thing>(index: number, make: (feature: Feature, found: Found) => Thing) =>
    each(index, ({ view, features }, row) =>
      Object.fromEntries(
        features.map((name) => [name, make(view.features.get(name)!, lookUp(view, name, row, now))]),
      ),
    );
  return {
    rows,
    row: (index) =>
      eachFeature(index, ({ form }, { value }) => (value === undefined ? undefined : rowValue(form, value))),
    status: (index) => eachFeature(index, (_, { status }) => status),
    eventTimes: (index) => each(index, (_, row) => row?.eventTime),
    toBatch() {
      const columns = views.flatMap(({ view, features, found }) =>
        features.map((name): [string, Column] => {
          const values = found.map((row) => lookUp(view, name, row, now).value);
          return [
            columnName(view.name, name),
            columnFrom(view.features.get(name)!.column.type, values) as Column,
          ];
        }),
      );
      return { rows, columns: Object.fromEntries(columns) };
    },
  } as OnlineFeatures<readonly FeatureView[], unknown>;
}

interface Found {
  readonly status: FeatureStatus;
  /** `undefined` if it is missing or expired. */
  readonly value: ColumnValue | undefined;
}

function lookUp(view: FeatureView, feature: string, row: OnlineRow | undefined, now: number): Found {
  if (row === undefined || !Object.hasOwn(row.values, feature))
    return { status: "missing", value: undefined };
  if (view.ttl > 0 && row.eventTime < now - view.ttl) return { status: "expired", value: undefined };
  const value = row.values[feature]!;
  return value === null ? { status: "null", value } : { status: "present", value };
}
