import { type ColumnBatch, type TimeInput, toMicros } from "@millwright/core";
import { batchFrom, type ColumnRow, checkBatch, rowsOf } from "@millwright/core/columns";
import { type EntityKey, keyParts, parseKey } from "../definitions/entity.js";
import type { FeatureView } from "../definitions/feature-view.js";
import { parse } from "../definitions/parse.js";
import { rowValue } from "../definitions/value-form.js";
import { invalidArgument } from "../errors.js";
import { tableSpecs, timeColumns } from "./offline-table.js";

/** Rows as objects, or by column. */
export type RowsInput = readonly object[] | ColumnBatch;

/**
 * The batch for the table of a view. Every value is checked by the schemas, whichever way it comes. Fields that the view
 * does not know are left out.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of the first value that does not fit, as `rows[3].total30d`
 */
export function ingest(view: FeatureView, input: RowsInput): ColumnBatch {
  const { eventTime, createdTime } = view.source;
  const { rows, fromColumns } = objectsOf(view, input);
  const names = [...view.features.keys()];
  const stored = rows.map((row, index) => {
    const path = `rows[${index}]`;
    if (typeof row !== "object" || row === null) throw invalidArgument(path, "a row is an object");
    const given = row as Record<string, unknown>;
    const keys = view.entities.map((entity): EntityKey => {
      const key = parseKey(entity, given[entity.name], `${path}.${entity.name}`);
      if (key === null) throw invalidArgument(`${path}.${entity.name}`, "a join key is not null");
      return key;
    });
    keyParts(keys, path);
    const values = fromColumns ? valuesFromColumns(view, given as ColumnRow) : given;
    const parsed = parse(view.schema, values, path) as Record<string, unknown>;
    const result: Record<string, unknown> = {};
    for (const name of names) result[name] = parsed[name];
    for (const [key, entity] of view.entities.entries()) result[entity.name] = keys[key];
    result[timeColumns.event] = time(given[eventTime], `${path}.${eventTime}`);
    if (createdTime !== undefined) {
      const created = given[createdTime] ?? null;
      result[timeColumns.created] = created === null ? null : time(created, `${path}.${createdTime}`);
    }
    return result;
  });
  return batchFrom(tableSpecs(view), stored);
}

function time(value: unknown, path: string): number {
  const given = typeof value === "number" || typeof value === "string" || value instanceof Date;
  if (given) return toMicros(value as TimeInput, path);
  const problem = value === undefined || value === null ? "there is none" : `${typeof value} is not a time`;
  throw invalidArgument(
    path,
    `${problem}; give microseconds since the epoch, a Date, or ISO 8601 with a zone`,
  );
}

function objectsOf(view: FeatureView, input: RowsInput): { rows: readonly unknown[]; fromColumns: boolean } {
  if (Array.isArray(input)) return { rows: input, fromColumns: false };
  const batch = input as ColumnBatch;
  if (typeof batch?.columns !== "object" || batch.columns === null)
    throw invalidArgument("rows", "give an array of rows or a ColumnBatch");
  checkBatch(batch, "rows");
  const needed = [...view.entities.map(({ name }) => name), view.source.eventTime];
  for (const name of needed) {
    if (!Object.hasOwn(batch.columns, name))
      throw invalidArgument(`rows.columns.${name}`, "there is no such column");
  }
  for (const name of [view.source.eventTime, view.source.createdTime]) {
    const type = name === undefined ? undefined : batch.columns[name]?.type;
    if (type !== undefined && type !== "timestamp" && type !== "string" && type !== "dictionary")
      throw invalidArgument(`rows.columns.${name}`, `a column of times has the type timestamp, not ${type}`);
  }
  return { rows: [...rowsOf(batch)], fromColumns: true };
}

/** The features as the schema takes them: it knows no int64 column, only numbers and bigints. */
function valuesFromColumns(view: FeatureView, row: ColumnRow): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, form } of view.features.values()) {
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    if (value !== undefined) values[name] = rowValue(form, value);
  }
  return values;
}
