import { readFileSync } from "node:fs";
import { batchFrom, columnFrom } from "@millwright/core/columns";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type FeatureRows,
  type PointInTimeOptions,
  pointInTimeJoin,
  type TimedRows,
} from "./point-in-time.js";
import { oracle, type PlainEntity, type PlainFeature } from "./testdata/oracle.js";

type Cell = string | number | boolean | null;
interface GoldenCase {
  readonly name: string;
  readonly types: readonly ("int64" | "string" | "bool")[];
  readonly ttl: number;
  readonly declaresCreated: boolean;
  readonly strictlyBefore: boolean;
  readonly asOfKnowledge: boolean;
  /** Keys, then the time. */
  readonly entities: readonly (readonly Cell[])[];
  /** Keys, the time, then the created time where it is declared. */
  readonly features: readonly (readonly Cell[])[];
  readonly expected: readonly number[];
}

// All 116 cases of the shared golden data for point-in-time joins, without the values: the ordinals say it all. They were made
// by an oracle of their own and checked with DuckDB and pandas where those can express them.
const cases: readonly GoldenCase[] = JSON.parse(
  readFileSync(new URL("./testdata/point-in-time.json", import.meta.url), "utf8"),
);

const timesFrom = (values: readonly (number | null)[]): Float64Array =>
  Float64Array.from(values, (value) => value ?? Number.NaN);

function tableOf(golden: GoldenCase, rows: readonly (readonly Cell[])[]): TimedRows {
  const keys = golden.types.map((type, index) =>
    columnFrom(
      type,
      rows.map((row) => {
        const cell = row[index] ?? null;
        return type === "int64" && cell !== null ? BigInt(cell as string | number) : cell;
      }),
    ),
  );
  return { rows: rows.length, keys, times: timesFrom(rows.map((row) => row[golden.types.length] as number)) };
}

test.each(cases.map((golden) => [golden.name, golden] as const))("golden: %s", (_, golden) => {
  const features = tableOf(golden, golden.features);
  const created = golden.declaresCreated
    ? timesFrom(golden.features.map((row) => row[golden.types.length + 1] as number))
    : undefined;
  const winners = pointInTimeJoin(tableOf(golden, golden.entities), { ...features, created }, golden);
  expect([...winners]).toEqual(golden.expected);
});

test("the golden cases are all there", () => {
  expect(cases).toHaveLength(116);
});

describe("for any tables", () => {
  // Few keys and few times, so that ties, duplicates and edges are common.
  const time = fc.option(fc.integer({ min: -6, max: 12 }), { freq: 8 });
  const text = fc.option(fc.constantFrom("", "1", "12", "a\u0000", "é", "e\u0301", "__proto__"), { freq: 8 });
  const number = fc.option(fc.constantFrom(0n, 1n, 12n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n)), {
    freq: 8,
  });
  const row = fc.record({ keys: fc.tuple(text, number), time });
  const arbitrary = fc.record({
    width: fc.constantFrom(0, 1, 2),
    entities: fc.array(row, { maxLength: 12 }),
    features: fc.array(fc.tuple(row, time), { maxLength: 40 }),
    declaresCreated: fc.boolean(),
    options: fc.record({
      ttl: fc.constantFrom(0, 1, 3, 100),
      strictlyBefore: fc.boolean(),
      asOfKnowledge: fc.boolean(),
    }),
  });

  const keyColumns = (rows: readonly { keys: readonly (string | bigint | null)[] }[], width: number) => {
    const specs = [
      { name: "text", type: "string", nullable: true },
      { name: "number", type: "int64", nullable: true },
    ] as const;
    const batch = batchFrom(
      specs,
      rows.map(({ keys }) => ({ text: keys[0], number: keys[1] })),
    );
    return [batch.columns.text!, batch.columns.number!].slice(0, width);
  };

  test("gives what the oracle gives", () => {
    fc.assert(
      fc.property(arbitrary, ({ width, entities, features, declaresCreated, options }) => {
        const left: TimedRows = {
          rows: entities.length,
          keys: keyColumns(entities, width),
          times: timesFrom(entities.map((entity) => entity.time)),
        };
        const right: FeatureRows = {
          rows: features.length,
          keys: keyColumns(
            features.map(([feature]) => feature),
            width,
          ),
          times: timesFrom(features.map(([feature]) => feature.time)),
          created: declaresCreated ? timesFrom(features.map(([, created]) => created)) : undefined,
        };
        const plainEntities = entities.map(
          ({ keys, time }): PlainEntity => ({ keys: keys.slice(0, width), time }),
        );
        const plainFeatures = features.map(([{ keys, time }, created]): PlainFeature => {
          return { keys: keys.slice(0, width), time, created: declaresCreated ? created : undefined };
        });
        expect([...pointInTimeJoin(left, right, options)]).toEqual(
          oracle(plainEntities, plainFeatures, options),
        );
      }),
      { numRuns: 500 },
    );
  });
});

test("finds its way in a large table, whether it is sorted or not", () => {
  const rows = 60_000;
  const options: PointInTimeOptions = { ttl: 500, strictlyBefore: false, asOfKnowledge: false };
  const at = (row: number): number => (row * 7_919) % rows;
  const keyOf = (row: number): number => row % 97;
  const table = (order: (row: number) => number): TimedRows => ({
    rows,
    keys: [
      columnFrom(
        "int32",
        Int32Array.from({ length: rows }, (_, row) => keyOf(order(row))),
      ),
    ],
    times: Float64Array.from({ length: rows }, (_, row) => order(row)),
  });
  const entities: TimedRows = {
    rows: 1_000,
    keys: [
      columnFrom(
        "int64",
        BigInt64Array.from({ length: 1_000 }, (_, row) => BigInt(row % 100)),
      ),
    ],
    times: Float64Array.from({ length: 1_000 }, (_, row) => row * 61),
  };
  const sorted = pointInTimeJoin(
    entities,
    table((row) => row),
    options,
  );
  const shuffled = pointInTimeJoin(entities, table(at), options);
  for (let row = 0; row < 1_000; row++) {
    // Row r has the key r mod 97 and the time r: the last row of a key up to t is known by arithmetic.
    const key = row % 100;
    const time = row * 61;
    const last = Math.min(time, rows - 1);
    const winner = last - ((((last - key) % 97) + 97) % 97);
    const expected = key < 97 && winner >= 0 && winner >= time - 500 ? winner : -1;
    expect(sorted[row]).toBe(expected);
    expect(shuffled[row] === -1 ? -1 : at(shuffled[row]!)).toBe(expected);
  }
});
