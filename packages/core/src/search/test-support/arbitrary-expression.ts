import fc from "fast-check";
import type { SearchDocument, SearchValue } from "../document.js";
import type { SearchExpression, SearchField, SearchLiteral } from "../expression.js";
import { defineSearchVocabulary } from "../vocabulary.js";

/** Few entities and keys, so that random filters meet values in random documents. */
export const vocabulary = defineSearchVocabulary({
  entities: {
    metric: { aliases: ["metrics"], anyKey: "number" },
    param: { aliases: ["params"], anyKey: "text" },
    attribute: {
      keys: {
        status: { type: "text" },
        start_time: { type: "number", aliases: ["created"] },
      },
    },
    dataset: { keys: { name: { type: "text", multiple: true } } },
  },
  bareEntity: "attribute",
});

const strangeKeys = [
  "a b",
  "a`b",
  'a"b',
  `a'b"c\`d`,
  "a\\",
  `a'"\`\\`,
  "and",
  "in",
  "1e5",
  "",
  "é",
  "x.in",
  ".",
];

const numericField: fc.Arbitrary<SearchField> = fc.oneof(
  fc.constantFrom("auc", "loss", ...strangeKeys).map((key) => ({ entity: "metric", key })),
  fc.constant({ entity: "attribute", key: "start_time" }),
);
const textField: fc.Arbitrary<SearchField> = fc.oneof(
  fc.constantFrom("depth", "note", "constructor", ...strangeKeys).map((key) => ({ entity: "param", key })),
  fc.constant({ entity: "attribute", key: "status" }),
  fc.constant({ entity: "dataset", key: "name" }),
);

const shortText = fc.oneof(
  fc.constantFrom(
    "",
    "3",
    "3.0",
    "1e-3",
    "true",
    "it's",
    'say "x"',
    `both ' and "`,
    "a\\",
    `'"\\`,
    "%a_",
    "auto",
  ),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.stringMatching(/^[ab%_]{0,5}$/),
);

const number = fc
  .oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53, 1e21, 1.5e300, 5e-324),
    fc.double({ noNaN: true }),
    fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 70n }),
    fc.bigInt({ min: -(2n ** 70n), max: -(2n ** 53n) - 1n }),
  )
  .map((value) => (value === 0 ? 0 : value));

const textLiteral: fc.Arbitrary<SearchLiteral> = fc.oneof(shortText, number, fc.boolean());

const numericCondition: fc.Arbitrary<SearchExpression> = fc.oneof(
  fc.record({
    kind: fc.constant("compare" as const),
    field: numericField,
    operator: fc.constantFrom("=", "!=", "<", "<=", ">", ">="),
    value: number,
  }),
  fc.record({
    kind: fc.constant("in" as const),
    field: numericField,
    values: fc.array(number, { maxLength: 3 }),
    negated: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("between" as const),
    field: numericField,
    low: number,
    high: number,
    negated: fc.boolean(),
  }),
);

const textCondition: fc.Arbitrary<SearchExpression> = fc.oneof(
  fc.record({
    kind: fc.constant("compare" as const),
    field: textField,
    operator: fc.constantFrom("=", "!="),
    value: textLiteral,
  }),
  fc.record({
    kind: fc.constant("compare" as const),
    field: textField,
    operator: fc.constantFrom("<", "<=", ">", ">="),
    value: fc.oneof(shortText, number),
  }),
  fc.record({
    kind: fc.constant("compare" as const),
    field: textField,
    operator: fc.constantFrom("like", "ilike"),
    value: shortText,
  }),
  fc.record({
    kind: fc.constant("in" as const),
    field: textField,
    values: fc.array(textLiteral, { maxLength: 3 }),
    negated: fc.boolean(),
  }),
  fc.oneof(fc.tuple(shortText, shortText), fc.tuple(number, number)).chain(([low, high]) =>
    fc.record({
      kind: fc.constant("between" as const),
      field: textField,
      low: fc.constant(low),
      high: fc.constant(high),
      negated: fc.boolean(),
    }),
  ),
);

const absent: fc.Arbitrary<SearchExpression> = fc.record({
  kind: fc.constant("absent" as const),
  field: fc.oneof(numericField, textField),
  negated: fc.boolean(),
});

/** Trees as the parser and the builder make them, over {@link vocabulary}. */
export const arbitraryExpression: fc.Arbitrary<SearchExpression> = fc.letrec<{ tree: SearchExpression }>(
  (tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      { weight: 3, arbitrary: fc.oneof(numericCondition, textCondition, absent) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom("and" as const, "or" as const),
          operands: fc.array(tie("tree"), { minLength: 2, maxLength: 4 }),
        }),
      },
      { weight: 1, arbitrary: tie("tree").map((operand) => ({ kind: "not" as const, operand })) },
    ),
  }),
).tree;

const value: fc.Arbitrary<SearchValue> = fc.oneof(
  shortText,
  number,
  fc.boolean(),
  fc.constantFrom(Number.NaN, -0),
);

/** Documents with few values, of any kind wherever they stand. */
export const arbitraryDocument: fc.Arbitrary<SearchDocument> = fc.record({
  id: fc.stringMatching(/^[a-d]{1,2}$/),
  entities: fc.record(
    {
      metric: fc.dictionary(fc.constantFrom("auc", "loss", "a b"), value, { maxKeys: 3 }),
      param: fc.dictionary(fc.constantFrom("depth", "note", "a b"), value, { maxKeys: 3 }),
      attribute: fc.dictionary(fc.constantFrom("status", "start_time"), value, { maxKeys: 2 }),
      dataset: fc.record({ name: fc.oneof(value, fc.array(value, { maxLength: 3 })) }),
    },
    { requiredKeys: [] },
  ),
});
