import fc from "fast-check";
import type { ColumnSpec } from "../../signature/column-spec.js";
import type { ColumnBatch } from "../column.js";
import { batchFrom } from "../build.js";
import type { ColumnRow } from "../values.js";

const big = (minimum: bigint, maximum: bigint) =>
  fc.oneof(fc.bigInt({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum, 0n));
const float = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));

const values = {
  float32: fc.oneof(fc.float(), fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY)),
  float64: float,
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  int32: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  int64: big(-(2n ** 63n), 2n ** 63n - 1n),
  uint8: fc.integer({ min: 0, max: 0xff }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  uint32: fc.integer({ min: 0, max: 0xffffffff }),
  uint64: big(0n, 2n ** 64n - 1n),
  bool: fc.boolean(),
  timestamp: fc.maxSafeInteger(),
  string: fc.string({ unit: "grapheme" }).filter((text) => text.isWellFormed()),
  bytes: fc.uint8Array(),
} as const;

/** Columns of all types under awkward names. */
export const everyColumn: readonly ColumnSpec[] = [
  ...Object.keys(values).map((type) => ({ name: type, type: type as ColumnSpec["type"], nullable: false })),
  ...Object.keys(values).map((type) => ({ name: `${type} or null`, type: type as ColumnSpec["type"], nullable: true })),
  { name: "__proto__", type: "int32", nullable: false },
  { name: "naïve 🙂", type: "string", nullable: true },
];

/** Rows for {@link everyColumn}, with the extremes of every type. */
export const arbitraryRows: fc.Arbitrary<ColumnRow[]> = fc.array(
  fc
    .tuple(
      ...everyColumn.map(({ type, nullable }) => {
        const value = values[type] as fc.Arbitrary<ColumnRow[string]>;
        return nullable ? fc.option(value, { freq: 2 }) : value;
      }),
    )
    .map((row) => Object.fromEntries(everyColumn.map(({ name }, index) => [name, row[index]!]))),
  { maxLength: 40 },
);

export const arbitraryBatch: fc.Arbitrary<ColumnBatch> = arbitraryRows.map((rows) => batchFrom(everyColumn, rows));
