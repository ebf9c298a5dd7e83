import type { CallOptions, Column, ColumnBatch, TableStore } from "@millwright/core";
import { nullCount, selectColumns, takeRows } from "@millwright/core/columns";
import type { FeatureView } from "../definitions/feature-view.js";
import { columnName } from "../definitions/names.js";
import { invalidArgument } from "../errors.js";
import { pointInTimeJoin } from "../join/point-in-time.js";
import type { SelectedView } from "../store/selection.js";
import type { EntityFrame } from "./entity-frame.js";
import { readOffline, timeColumns } from "./offline-table.js";
import { timesOf } from "./times.js";

/** How the join treats time. */
export interface HistoricalJoinOptions extends CallOptions {
  readonly strictlyBefore?: boolean | undefined;
  readonly asOfKnowledge?: boolean | undefined;
}

/** The frame with the columns of the selected features behind its own. */
export async function joinHistorical(
  tables: TableStore,
  frame: EntityFrame,
  selected: readonly SelectedView[],
  options: HistoricalJoinOptions,
): Promise<ColumnBatch> {
  const columns: [string, Column][] = Object.entries(frame.batch.columns);
  for (const { view, features } of selected) {
    for (const feature of features) {
      if (Object.hasOwn(frame.batch.columns, columnName(view.name, feature)))
        throw invalidArgument(
          `entities.columns.${columnName(view.name, feature)}`,
          "a selected feature has this name",
        );
    }
  }
  for (const { view, features } of selected) {
    const joined = await joinView(tables, frame, view, features, options);
    for (const feature of features) columns.push([columnName(view.name, feature), joined.columns[feature]!]);
  }
  return { rows: frame.batch.rows, columns: Object.fromEntries(columns) };
}

async function joinView(
  tables: TableStore,
  frame: EntityFrame,
  view: FeatureView,
  features: readonly string[],
  { strictlyBefore = false, asOfKnowledge = false, signal }: HistoricalJoinOptions,
): Promise<ColumnBatch> {
  const { first, last } = boundsOf(frame.times);
  const from = view.ttl === 0 ? undefined : first - view.ttl;
  const stored = await readOffline(tables, view, { features, from, to: last, signal });
  const created = stored.columns[timeColumns.created];
  const winners = pointInTimeJoin(
    {
      rows: frame.batch.rows,
      keys: view.entities.map(({ name }) => frame.keys.get(name)!),
      times: frame.times,
    },
    {
      rows: stored.rows,
      keys: view.entities.map(({ name }) => stored.columns[name]!),
      times: timesOf(stored.columns[timeColumns.event]!, timeColumns.event),
      created: created === undefined ? undefined : timesOf(created, timeColumns.created),
    },
    { ttl: view.ttl, strictlyBefore, asOfKnowledge },
  );
  // Behind the stored rows lies one of nulls; it has no time and so never wins.
  const noMatch = stored.rows - 1;
  const taken = takeRows(
    selectColumns(stored, features),
    winners.map((winner) => (winner === -1 ? noMatch : winner)),
  );
  const columns = Object.entries(taken.columns).map(([name, column]) => [name, withoutIdleBitmap(column)]);
  return { rows: taken.rows, columns: Object.fromEntries(columns) };
}

/** No bitmap where nothing is null, so that the column is not taken for nullable. */
function withoutIdleBitmap(column: Column): Column {
  return column.validity === undefined || nullCount(column) > 0 ? column : { ...column, validity: undefined };
}

/** The earliest and the latest time; nothing lies between them if there is none. */
function boundsOf(times: Float64Array): { first: number; last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return { first, last };
}
