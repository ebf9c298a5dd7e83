import type { CallOptions, Column, ColumnBatch, ColumnSpec, Key, TableStore } from "@millwright/core";
import { batchFrom, columnFrom, concatBatches } from "@millwright/core/columns";
import type { FeatureView } from "../definitions/feature-view.js";
import { featuresError } from "../errors.js";

/** The columns of time in the table of a view. No feature has such a name, and a view may rename its fields. */
export const timeColumns = { event: "__event_time", created: "__created_time" } as const;

/** The table that holds the rows of a view. */
export function offlineTable(view: FeatureView): Key {
  return ["features", 1, "offline", view.name];
}

/** The columns of the table: join keys, times, then features. */
export function tableSpecs(
  view: FeatureView,
  features: Iterable<string> = view.features.keys(),
): ColumnSpec[] {
  const specs: ColumnSpec[] = view.entities.map(({ column }) => column);
  specs.push({ name: timeColumns.event, type: "timestamp", nullable: false });
  if (view.source.createdTime !== undefined)
    specs.push({ name: timeColumns.created, type: "timestamp", nullable: true });
  for (const feature of features) specs.push(view.features.get(feature)!.column);
  return specs;
}

/** What to read. */
export interface OfflineReadOptions extends CallOptions {
  readonly features: readonly string[];
  /** Event times from and to, both inclusive. */
  readonly from?: number | undefined;
  readonly to: number;
}

/** Rows of a view in the order in which they were written, and behind them one row of nulls, for what finds no match. */
export async function readOffline(
  tables: TableStore,
  view: FeatureView,
  options: OfflineReadOptions,
): Promise<ColumnBatch> {
  const specs = tableSpecs(view, options.features);
  const columns = specs.map(({ name }) => name);
  const range = { column: timeColumns.event, from: options.from, to: options.to };
  const batches: ColumnBatch[] = [];
  for await (const { batch } of tables.scan(offlineTable(view), { columns, range, signal: options.signal })) {
    batches.push(conform(view, batch, specs));
  }
  const nullable = specs.map((spec) => ({ ...spec, nullable: true }));
  return concatBatches([...batches, batchFrom(nullable, [{}])]);
}

/**
 * A stored batch with the columns of the view as it is now. A feature that the batch does not have was added later and is
 * null in its rows.
 *
 * @throws {MillwrightError} `VIEW_CHANGED` if a column has another type, or an entity was added
 */
export function conform(view: FeatureView, batch: ColumnBatch, specs: readonly ColumnSpec[]): ColumnBatch {
  const columns = specs.map(({ name, type }): [string, Column] => {
    const column = Object.hasOwn(batch.columns, name) ? batch.columns[name] : undefined;
    if (column === undefined) {
      if (view.entities.some((entity) => entity.name === name) || name === timeColumns.event)
        throw changed(view, name, "have no such column");
      return [name, columnFrom(type, new Array<null>(batch.rows).fill(null)) as Column];
    }
    const stored = column.type === "dictionary" ? "string" : column.type;
    if (stored !== type) throw changed(view, name, `have it as ${stored}, the view declares ${type}`);
    return [name, column];
  });
  return { rows: batch.rows, columns: Object.fromEntries(columns) };
}

function changed(view: FeatureView, column: string, problem: string): Error {
  return featuresError(
    "VIEW_CHANGED",
    `stored rows of the view ${view.name} do not fit its column ${column}: they ${problem}. Give the changed view a new name and write its rows again`,
    { details: { view: view.name, column } },
  );
}
