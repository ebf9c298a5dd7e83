import { invalidArgument } from "../errors/create.js";
import type { ColumnSpec, ColumnType } from "../signature/column-spec.js";
import { type TimeInput, toMicros } from "../time/times.js";
import { arrayConstructor, fixedColumn, isFixedType, typeOfArray } from "./arrays.js";
import { clearBit, fullBitmap } from "./bitmap.js";
import { checkBatch, columnRows } from "./check.js";
import type { Column, ColumnBatch, FixedColumn, FixedColumnArrays, FixedColumnType } from "./column.js";
import { dictionaryOf } from "./dictionary.js";
import { collectBytes } from "./text.js";
import type { ColumnValue } from "./values.js";

/** The column of a type. */
export type ColumnOf<Type extends Column["type"]> = Extract<Column, { type: Type }>;

/** What a column can be made of: the typed array of its type, or values. `null` and `undefined` become null. */
export type ColumnInput<Type extends Column["type"]> =
  | (Type extends FixedColumnType ? FixedColumnArrays[Type] : never)
  | ArrayLike<ColumnValue | undefined | (Type extends "timestamp" ? TimeInput : never)>;

/**
 * A column of values. A typed array of the type is taken as it is, not copied. Other values are checked: integers must
 * fit the type (int64 and uint64 take bigint or safe integers), float32 is rounded but refuses finite values beyond its
 * range, a timestamp is microseconds, a `Date` or ISO 8601 with a zone, strings have no lone surrogates.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of the value
 *
 * @example
 * ```ts
 * import { columnFrom, valueAt } from "@millwright/core/columns";
 *
 * const age = columnFrom("int32", [41, null, 7]);
 * console.log(valueAt(age, 1)); // null
 * ```
 */
export function columnFrom<Type extends Column["type"]>(
  type: Type,
  values: ColumnInput<Type>,
  path = "values",
): ColumnOf<Type> {
  if (isFixedType(type) && values instanceof (arrayConstructor(type) as unknown as new () => object)) {
    const column = fixedColumn(type, values as never);
    checkBatch({ rows: columnRows(column), columns: { [type]: column } }, path);
    return column as unknown as ColumnOf<Type>;
  }
  const list = values as ArrayLike<unknown>;
  return buildColumn(
    type,
    list.length,
    (row) => list[row],
    (row) => `${path}[${row}]`,
  ) as ColumnOf<Type>;
}

/**
 * A batch of plain objects. Properties without a spec are left out; a missing one is null.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of a value that does not fit, or is null where the column is
 *   not nullable
 *
 * @example
 * ```ts
 * import { batchFrom } from "@millwright/core/columns";
 *
 * const batch = batchFrom(
 *   [
 *     { name: "customer", type: "string", nullable: false },
 *     { name: "income", type: "float64", nullable: true },
 *   ],
 *   [{ customer: "c-17", income: 5200 }, { customer: "c-18" }],
 * );
 * ```
 */
export function batchFrom(
  specs: readonly ColumnSpec[],
  rows: readonly Readonly<Record<string, unknown>>[],
  path = "rows",
): ColumnBatch {
  const columns: [string, Column][] = [];
  const names = new Set<string>();
  for (const { name, type, nullable } of specs) {
    if (names.has(name)) throw invalidArgument("specs", `the column ${JSON.stringify(name)} is there twice`);
    names.add(name);
    const pathOf = (row: number): string => `${path}[${row}].${name}`;
    const column = buildColumn(type, rows.length, (row) => rows[row]![name], pathOf);
    if (!nullable && column.validity !== undefined) {
      const missing = rows.findIndex((row) => (row[name] ?? null) === null);
      throw invalidArgument(pathOf(missing), "the column is not nullable, and there is no value");
    }
    columns.push([name, column]);
  }
  return { rows: rows.length, columns: Object.fromEntries(columns) };
}

/**
 * A batch of columns and typed arrays, which are not copied. A typed array becomes the number column of its class; give
 * bool, timestamp, string and nullable columns by {@link columnFrom}.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if the lengths differ or a column is malformed
 *
 * @example
 * ```ts
 * import { batchFromColumns, columnFrom } from "@millwright/core/columns";
 *
 * const batch = batchFromColumns({
 *   step: Float64Array.of(0, 1, 2),
 *   time: columnFrom("timestamp", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:01Z", "2026-01-31T12:00:02Z"]),
 * });
 * console.log(batch.rows); // 3
 * ```
 */
export function batchFromColumns(
  columns: Readonly<Record<string, Column | FixedColumnArrays[FixedColumnType]>>,
): ColumnBatch {
  const entries = Object.entries(columns).map(([name, given]): [string, Column] => {
    const type = typeOfArray(given);
    return [name, type === undefined ? (given as Column) : fixedColumn(type, given as never)];
  });
  const first = entries[0];
  const rows = first === undefined ? 0 : columnRows(first[1]);
  const batch = { rows, columns: Object.fromEntries(entries) };
  checkBatch(batch);
  return batch;
}

function buildColumn(
  type: ColumnType | "dictionary",
  rows: number,
  valueIn: (row: number) => unknown,
  pathOf: (row: number) => string,
): Column {
  if (isFixedType(type)) return buildFixed(type, rows, valueIn, pathOf);
  if (type !== "string" && type !== "bytes" && type !== "dictionary") {
    throw invalidArgument("type", `${JSON.stringify(type)} is not a column type`);
  }
  const collector = collectBytes(rows);
  let validity: Uint8Array | undefined;
  for (let row = 0; row < rows; row++) {
    const value = valueIn(row) ?? null;
    if (value === null) {
      validity ??= fullBitmap(rows);
      clearBit(validity, row);
      collector.addNothing();
    } else if (type === "bytes") {
      if (!(value instanceof Uint8Array))
        throw invalidArgument(pathOf(row), `bytes are a Uint8Array, not ${describe(value)}`);
      collector.addBytes(value);
    } else {
      if (typeof value !== "string") throw invalidArgument(pathOf(row), `${describe(value)} is not a string`);
      collector.addText(value, () => pathOf(row));
    }
  }
  const packed = { type: type === "bytes" ? type : ("string" as const), ...collector.finish(), validity };
  return type === "dictionary" ? dictionaryOf(packed) : packed;
}

function buildFixed(
  type: FixedColumnType,
  rows: number,
  valueIn: (row: number) => unknown,
  pathOf: (row: number) => string,
): FixedColumn {
  const values = new (arrayConstructor(type))(rows) as { [row: number]: number | bigint };
  const element = elementOf[type];
  let validity: Uint8Array | undefined;
  for (let row = 0; row < rows; row++) {
    const value = valueIn(row) ?? null;
    if (value === null) {
      validity ??= fullBitmap(rows);
      clearBit(validity, row);
      continue;
    }
    const converted = element(value);
    if (converted !== undefined) values[row] = converted;
    else if (type === "timestamp") values[row] = toMicros(value as TimeInput, pathOf(row));
    else throw invalidArgument(pathOf(row), `${describe(value)} is not a value of ${type}`);
  }
  return fixedColumn(type, values as never, validity);
}

/** The array element for a value; `undefined` if the type does not hold it. */
const elementOf: Readonly<Record<FixedColumnType, (value: unknown) => number | bigint | undefined>> = {
  float64: (value) => (typeof value === "number" ? value : undefined),
  float32: (value) =>
    typeof value !== "number" || (Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
      ? undefined
      : value,
  int8: (value) => integer(value, -0x80, 0x7f),
  int16: (value) => integer(value, -0x8000, 0x7fff),
  int32: (value) => integer(value, -0x80000000, 0x7fffffff),
  uint8: (value) => integer(value, 0, 0xff),
  uint16: (value) => integer(value, 0, 0xffff),
  uint32: (value) => integer(value, 0, 0xffffffff),
  int64: (value) => bigInteger(value, (big) => BigInt.asIntN(64, big)),
  uint64: (value) => bigInteger(value, (big) => BigInt.asUintN(64, big)),
  bool: (value) => (typeof value === "boolean" ? Number(value) : undefined),
  timestamp: (value) => (typeof value === "number" && Number.isSafeInteger(value) ? value : undefined),
};

function integer(value: unknown, minimum: number, maximum: number): number | undefined {
  return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum
    ? (value as number)
    : undefined;
}

function bigInteger(value: unknown, clamp: (value: bigint) => bigint): bigint | undefined {
  const big =
    typeof value === "bigint" ? value : Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
  return big !== undefined && clamp(big) === big ? big : undefined;
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "object") return `an object (${value?.constructor?.name ?? "without prototype"})`;
  return `${String(value)} (${typeof value})`;
}
