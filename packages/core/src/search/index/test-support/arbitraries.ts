import fc from "fast-check";
import type { SearchDocument, SearchFieldValue, SearchValue } from "../../document.js";
import type { SearchExpression, SearchField, SearchLiteral, SearchOrder } from "../../expression.js";

/** Those that an order may name; the fields of "dataset" hold several values. */
const ordered = ["metric", "param"] as const;
const entities = [...ordered, "dataset"] as const;
const keys = ["a", "b", "rare"] as const;

const number = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0.5, 2 ** 53, 1e21),
);
const bigint = fc.constantFrom(0n, 3n, 2n ** 53n, 2n ** 53n + 1n, 10n ** 21n, -(2n ** 70n));
const text = fc.oneof(
  fc.constantFrom(
    "",
    "3",
    "3.0",
    "1e-3",
    "9007199254740993",
    "true",
    "NaN",
    "abc",
    "Abc",
    "\uffee",
    "\u{10000}",
  ),
  fc.stringMatching(/^[ab%_]{0,3}$/),
);

/** Values of any kind, wherever they stand. */
const arbitraryValue: fc.Arbitrary<SearchValue> = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: bigint },
  { weight: 1, arbitrary: fc.boolean() },
);

/** Lists, of any length and of one kind or several, and here and there a value that is in none. */
const several: fc.Arbitrary<SearchFieldValue> = fc.oneof(
  { weight: 4, arbitrary: fc.array(text, { maxLength: 3 }) },
  { weight: 2, arbitrary: fc.array(arbitraryValue, { maxLength: 3 }) },
  { weight: 1, arbitrary: arbitraryValue },
);

const valuesOf = <Value extends SearchFieldValue>(
  value: fc.Arbitrary<Value>,
): fc.Arbitrary<Record<string, Value>> =>
  fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: keys.length });

/** The searched values of a document: columns of one type, or of several. */
const arbitraryEntities: fc.Arbitrary<SearchDocument["entities"]> = fc.oneof(
  fc.record({ metric: valuesOf(number), param: valuesOf(text) }),
  fc.record({ metric: valuesOf(number), param: valuesOf(text), dataset: valuesOf(several) }),
  fc.record(
    { metric: valuesOf(arbitraryValue), param: valuesOf(arbitraryValue), dataset: valuesOf(several) },
    { requiredKeys: [] },
  ),
);

const fieldIn = (names: readonly string[]): fc.Arbitrary<SearchField> =>
  fc.record({ entity: fc.constantFrom(...names), key: fc.constantFrom(...keys, "nobody has it") });

const arbitraryField = fieldIn(entities);

const numericLiteral = fc.oneof(
  number.filter((value) => !Number.isNaN(value)),
  bigint,
);

const literal: fc.Arbitrary<SearchLiteral> = fc.oneof(
  { weight: 3, arbitrary: numericLiteral },
  { weight: 3, arbitrary: text },
  { weight: 1, arbitrary: fc.boolean() },
);

const comparison = fc.oneof(
  fc.record({ operator: fc.constantFrom("=" as const, "!=" as const), value: literal }),
  fc.record({
    operator: fc.constantFrom("<" as const, "<=" as const, ">" as const, ">=" as const),
    value: fc.oneof(numericLiteral, text),
  }),
  fc.record({ operator: fc.constantFrom("like" as const, "ilike" as const), value: text }),
);

const range = fc.oneof(
  fc.record({ low: numericLiteral, high: numericLiteral }),
  fc.record({ low: text, high: text }),
);

/** Trees of every node, operator and kind of literal over every field. */
export const arbitraryFilter: fc.Arbitrary<SearchExpression> = fc.letrec<{ tree: SearchExpression }>(
  (tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      {
        weight: 4,
        arbitrary: fc.oneof(
          fc
            .tuple(arbitraryField, comparison)
            .map(([field, rest]) => ({ kind: "compare" as const, field, ...rest })),
          fc.record({
            kind: fc.constant("in" as const),
            field: arbitraryField,
            values: fc.oneof(fc.array(literal, { maxLength: 3 }), fc.array(numericLiteral, { maxLength: 3 })),
            negated: fc.boolean(),
          }),
          fc
            .tuple(arbitraryField, range, fc.boolean())
            .map(([field, ends, negated]) => ({ kind: "between" as const, field, ...ends, negated })),
          fc.record({ kind: fc.constant("absent" as const), field: arbitraryField, negated: fc.boolean() }),
        ),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom("and" as const, "or" as const),
          operands: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
        }),
      },
      { weight: 1, arbitrary: tie("tree").map((operand) => ({ kind: "not" as const, operand })) },
    ),
  }),
).tree;

export const arbitraryOrder: fc.Arbitrary<SearchOrder[]> = fc.array(
  fc.record({ field: fieldIn(ordered), descending: fc.boolean() }),
  { maxLength: 2 },
);

/** A change of one of few documents; `undefined` removes it. */
export interface Change {
  readonly id: string;
  readonly entities: SearchDocument["entities"] | undefined;
}

export const arbitraryChange: fc.Arbitrary<Change> = fc.record({
  id: fc.integer({ min: 0, max: 40 }).map((number) => (number === 40 ? "\u{10000}" : `d\ufffd${number}`)),
  entities: fc.option(arbitraryEntities, { nil: undefined, freq: 4 }),
});
