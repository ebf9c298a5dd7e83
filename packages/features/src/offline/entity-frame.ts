import type { Column, ColumnBatch, ColumnSpec, ColumnType } from "@millwright/core";
import { batchFrom, checkBatch, columnFrom, valuesOf } from "@millwright/core/columns";
import { type Entity, type EntityKey, parseKey } from "../definitions/entity.js";
import { invalidArgument } from "../errors.js";
import type { RowsInput } from "./ingest.js";
import { timesOf } from "./times.js";

/** Entities at points in time, to which features are joined. */
export interface EntityFrame {
  /** What was given, with all its columns. */
  readonly batch: ColumnBatch;
  /** Microseconds, NaN where there is none. */
  readonly times: Float64Array;
  /** The join keys by the name of the entity, as the schemas give them. */
  readonly keys: ReadonlyMap<string, Column>;
}

/**
 * The frame of entity rows. Columns that are no join keys and no time, such as labels, come along.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if a join key or the time is missing or malformed
 */
export function entityFrame(input: RowsInput, entities: readonly Entity[], eventTime: string): EntityFrame {
  const batch = Array.isArray(input) ? batchOf(input, entities, eventTime) : checked(input as ColumnBatch);
  const columnOf = (name: string, what: string): Column => {
    if (Object.hasOwn(batch.columns, name)) return batch.columns[name]!;
    throw invalidArgument(`entities.columns.${name}`, `there is no such column, which is ${what}`);
  };
  const keys = entities.map((entity): [string, Column] => [
    entity.name,
    parsedKeys(entity, columnOf(entity.name, "a join key of the selected views")),
  ]);
  const times = timesOf(columnOf(eventTime, "the time of the rows"), `entities.${eventTime}`);
  return { batch, times, keys: new Map(keys) };
}

function checked(batch: ColumnBatch): ColumnBatch {
  if (typeof batch?.columns !== "object" || batch.columns === null)
    throw invalidArgument("entities", "give an array of rows or a ColumnBatch");
  checkBatch(batch, "entities");
  return batch;
}

function batchOf(rows: readonly unknown[], entities: readonly Entity[], eventTime: string): ColumnBatch {
  const names = new Set([...entities.map(({ name }) => name), eventTime]);
  for (const [index, row] of rows.entries()) {
    if (typeof row !== "object" || row === null)
      throw invalidArgument(`entities[${index}]`, "a row is an object");
    for (const name of names)
      if ((row as Record<string, unknown>)[name] === undefined)
        throw invalidArgument(`entities[${index}].${name}`, missing(name, eventTime));
  }
  for (const row of rows) for (const name of Object.keys(row as object)) names.add(name);
  const specs = [...names].map((name): ColumnSpec => {
    const entity = entities.find((other) => other.name === name);
    const known = entity?.column.type ?? (name === eventTime ? "timestamp" : undefined);
    const values = rows.map((row) => (row as Record<string, unknown>)[name]);
    return { name, type: known ?? typeOfValues(values, name), nullable: true };
  });
  return batchFrom(specs, rows as Record<string, unknown>[], "entities");
}

function missing(name: string, eventTime: string): string {
  if (name !== eventTime) return `the join key ${JSON.stringify(name)} is missing`;
  return "the time of the row is missing; null stands for an unknown one, which matches nothing";
}

/** The column for values that no schema describes: numbers are float64, dates timestamps. */
function typeOfValues(values: readonly unknown[], name: string): ColumnType {
  let type: ColumnType | undefined;
  for (const [row, value] of values.entries()) {
    if (value === null || value === undefined) continue;
    const next = typeOfValue(value);
    if (next === undefined || (type !== undefined && next !== type)) {
      const problem =
        next === undefined ? "it becomes no column" : `it is ${next}, the rows before have ${type}`;
      throw invalidArgument(`entities[${row}].${name}`, problem);
    }
    type = next;
  }
  return type ?? "float64";
}

function typeOfValue(value: unknown): ColumnType | undefined {
  if (value instanceof Date) return "timestamp";
  if (value instanceof Uint8Array) return "bytes";
  const types: Readonly<Record<string, ColumnType>> = {
    number: "float64",
    bigint: "int64",
    boolean: "bool",
    string: "string",
  };
  return types[typeof value];
}

/** Keys by the schema that written rows went through too: one that trims, say, must trim here as well. */
function parsedKeys(entity: Entity, column: Column): Column {
  const known = new Map<unknown, EntityKey | null>();
  const values = valuesOf(column).map((value, row) => {
    if (value === null) return null;
    let key = known.get(value);
    if (key === undefined) {
      key = parseKey(entity, value, `entities[${row}].${entity.name}`);
      known.set(value, key);
    }
    return key;
  });
  return columnFrom(entity.column.type, values, `entities.${entity.name}`) as Column;
}
