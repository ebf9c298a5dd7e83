import { type Column, type ColumnBatch, type ColumnType, type Key, kvLimits } from "@millwright/core";
import { type ColumnValue, valueAt } from "@millwright/core/columns";
import { type EntityKey, keyParts } from "../definitions/entity.js";
import type { FeatureView } from "../definitions/feature-view.js";
import { featuresError, invalidArgument } from "../errors.js";
import { codeKeys } from "../join/key-codes.js";
import { timeColumns } from "../offline/offline-table.js";
import { timesOf } from "../offline/times.js";
import { encodeRow } from "./row-codec.js";

/** A row that is to be put into the online store. */
export interface OnlineWrite {
  readonly key: Key;
  readonly value: Uint8Array;
  readonly eventTime: number;
  readonly createdTime: number | undefined;
  /** The index of the row in its batch. */
  readonly row: number;
  /** Microseconds at which the store drops the row. */
  readonly expiresAt: number | undefined;
}

/** The rows of a batch that are worth writing. */
export interface OnlineWrites {
  readonly writes: readonly OnlineWrite[];
  /** The latest rows of their entities, but too old by now. */
  readonly expired: number;
  /** Rows that do not hold yet. */
  readonly future: number;
}

/** The key of the row of an entity. */
export function onlineKey(view: FeatureView, keys: readonly EntityKey[], path: string): Key {
  return ["features", 1, "online", view.name, ...keyParts(keys, path)];
}

/**
 * The latest row of each entity in a batch of the table of a view, by the same order as in the point-in-time join.
 *
 * The store drops a row when it is as long expired as it was valid. Until then a reader still learns that it is expired
 * and not missing. It judges by the event time itself, so it is never late.
 *
 * @param options.latest the last event time that holds already
 */
export function onlineWritesOf(
  view: FeatureView,
  batch: ColumnBatch,
  { now, latest }: { readonly now: number; readonly latest: number },
): OnlineWrites {
  const column = (name: string): Column => batch.columns[name]!;
  const keys = view.entities.map(({ name }) => column(name));
  const times = timesOf(column(timeColumns.event), timeColumns.event);
  const created =
    view.source.createdTime === undefined
      ? undefined
      : timesOf(column(timeColumns.created), timeColumns.created);
  const createdAt = (row: number): number | undefined => {
    const time = created?.[row] ?? Number.NaN;
    return Number.isNaN(time) ? undefined : time;
  };
  const { codes, count } = codeKeys([{ rows: batch.rows, keys }]);
  const winners = new Int32Array(count).fill(-1);
  let future = 0;
  for (let row = 0; row < batch.rows; row++) {
    if (times[row]! > latest) {
      future++;
      continue;
    }
    const code = codes[0]![row]!;
    if (code < 0) continue;
    const best = winners[code]!;
    const newer =
      best === -1 ||
      times[row]! > times[best]! ||
      (times[row] === times[best] && (createdAt(row) ?? lowest) >= (createdAt(best) ?? lowest));
    if (newer) winners[code] = row;
  }
  const writes: OnlineWrite[] = [];
  let expired = 0;
  for (const row of winners) {
    if (row === -1) continue;
    const eventTime = times[row]!;
    if (view.ttl > 0 && eventTime < now - view.ttl) {
      expired++;
      continue;
    }
    const createdTime = createdAt(row);
    const values: Record<string, ColumnValue> = {};
    for (const name of view.features.keys()) values[name] = valueAt(column(name), row);
    const path = `rows[${row}]`;
    const value = encodeRow({ eventTime, createdTime, values });
    if (value.length >= kvLimits.valueBytes) {
      throw invalidArgument(
        path,
        `the row of the view ${view.name} has ${value.length} bytes; the online store takes at most ${kvLimits.valueBytes}. Split the view`,
      );
    }
    writes.push({
      key: onlineKey(
        view,
        keys.map((key) => valueAt(key, row) as EntityKey),
        path,
      ),
      value,
      eventTime,
      createdTime,
      row,
      expiresAt: expiryOf(view, eventTime),
    });
  }
  return { writes, expired, future };
}

/** Stands for an unknown created time: below every time, since times are whole numbers above −2^53. */
const lowest = Number.MIN_SAFE_INTEGER - 1;

/**
 * What decides which row of an entity is the newer one, here and offline: the event time, the created time, then the place
 * in the table of the view, so that the row that was written last wins a full tie.
 */
export function orderOf({ eventTime, createdTime, row }: OnlineWrite, position: number): Key {
  return [eventTime, createdTime ?? lowest, position, row];
}

function expiryOf(view: FeatureView, eventTime: number): number | undefined {
  const end = eventTime + 2 * view.ttl + 1;
  return view.ttl === 0 || !Number.isSafeInteger(end) ? undefined : end;
}

/** Whether the column of a feature can hold a stored value. */
export function assertFits(view: FeatureView, feature: string, value: ColumnValue): void {
  const { type } = view.features.get(feature)!.column;
  if (value === null || kindOf(value) === kindOfType(type)) return;
  throw featuresError(
    "VIEW_CHANGED",
    `the online store has ${view.name}.${feature} as ${kindOf(value)}, the view declares ${type}; give the changed view a new name and materialize it`,
    { details: { view: view.name, feature } },
  );
}

function kindOf(value: ColumnValue): string {
  return value instanceof Uint8Array ? "bytes" : typeof value;
}

function kindOfType(type: ColumnType): string {
  if (type === "string" || type === "bytes") return type;
  if (type === "bool") return "boolean";
  return type === "int64" || type === "uint64" ? "bigint" : "number";
}
