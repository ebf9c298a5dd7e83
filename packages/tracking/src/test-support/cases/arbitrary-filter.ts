import type { SearchExpression, SearchField, SearchLiteral, SearchOrder } from "@millwright/core/search";
import fc from "fast-check";

/** Few keys, so that random filters meet the values of random runs. The last of each nobody has. */
export const searchedKeys = {
  metric: ["a", "b", "c d", "no metric"],
  param: ["p", "q", "no param"],
  tag: ["t", "u v", "no tag"],
} as const;

const fieldOf = (entity: string, keys: readonly string[]): fc.Arbitrary<SearchField> =>
  fc.constantFrom(...keys).map((key) => ({ entity, key }));

const numericField = fc.oneof(
  { weight: 4, arbitrary: fieldOf("metric", searchedKeys.metric) },
  { weight: 1, arbitrary: fieldOf("attribute", ["steps", "duration", "start_time", "end_time"]) },
);
const textField = fc.oneof(
  { weight: 2, arbitrary: fieldOf("param", searchedKeys.param) },
  { weight: 2, arbitrary: fieldOf("tag", searchedKeys.tag) },
  {
    weight: 1,
    arbitrary: fieldOf("attribute", ["status", "run_name", "experiment", "reason", "parent_run_id"]),
  },
);
const anyField = fc.oneof(numericField, textField);

/** Values that the runs have too. */
export const searchedNumber = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0.5, 1e21, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
/** Texts that the runs have too. */
export const searchedText = fc.constantFrom(
  "",
  "1",
  "1.0",
  "x",
  "X",
  "xy",
  "true",
  "é",
  "it's",
  "a",
  "b",
  "FINISHED",
  "FAILED",
);

const textLiteral: fc.Arbitrary<SearchLiteral> = fc.oneof(
  { weight: 3, arbitrary: searchedText },
  { weight: 2, arbitrary: searchedNumber },
  { weight: 1, arbitrary: fc.boolean() },
);
const pattern = fc.stringMatching(/^[axX%_]{0,3}$/);
const equality = fc.constantFrom("=" as const, "!=" as const);
const relation = fc.constantFrom("<" as const, "<=" as const, ">" as const, ">=" as const);
const negated = fc.boolean();

const condition: fc.Arbitrary<SearchExpression> = fc.oneof(
  fc.record({
    kind: fc.constant("compare" as const),
    field: numericField,
    operator: fc.oneof(equality, relation),
    value: searchedNumber,
  }),
  fc.record({
    kind: fc.constant("compare" as const),
    field: textField,
    operator: equality,
    value: textLiteral,
  }),
  fc.record({
    kind: fc.constant("compare" as const),
    field: textField,
    operator: relation,
    value: fc.oneof(searchedText, searchedNumber),
  }),
  fc.record({
    kind: fc.constant("compare" as const),
    field: textField,
    operator: fc.constantFrom("like" as const, "ilike" as const),
    value: pattern,
  }),
  fc.record({
    kind: fc.constant("in" as const),
    field: numericField,
    values: fc.array(searchedNumber, { minLength: 1, maxLength: 3 }),
    negated,
  }),
  fc.record({
    kind: fc.constant("in" as const),
    field: textField,
    values: fc.array(textLiteral, { minLength: 1, maxLength: 3 }),
    negated,
  }),
  fc.record({
    kind: fc.constant("between" as const),
    field: numericField,
    low: searchedNumber,
    high: searchedNumber,
    negated,
  }),
  fc.record({
    kind: fc.constant("between" as const),
    field: textField,
    low: searchedText,
    high: searchedText,
    negated,
  }),
  fc.record({ kind: fc.constant("absent" as const), field: anyField, negated }),
);

/** Filters of every node and operator over what runs have. */
export const arbitraryRunFilter: fc.Arbitrary<SearchExpression> = fc.letrec<{ tree: SearchExpression }>(
  (tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      { weight: 4, arbitrary: condition },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom("and" as const, "or" as const),
          operands: fc.array(tie("tree"), { minLength: 2, maxLength: 3 }),
        }),
      },
      { weight: 1, arbitrary: tie("tree").map((operand) => ({ kind: "not" as const, operand })) },
    ),
  }),
).tree;

/** Orders by up to two fields. */
export const arbitraryRunOrder: fc.Arbitrary<SearchOrder[]> = fc.uniqueArray(
  fc.record({ field: anyField, descending: fc.boolean() }),
  { maxLength: 2, selector: ({ field }) => `${field.entity}.${field.key}` },
);
